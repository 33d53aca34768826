// Puts a package as it is published into a folder of its own: built files that its entries lead to, README, licence, and a
// package.json without what only this clone needs. `npm pack` then packs that folder. Modes and bytes do not depend on this
// machine, nor on what else was ever built here.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { licencesOf } from "./licences.mjs";
import { lockOf } from "./lock.mjs";
import { entryFiles, everyEntry, reach } from "./reach.mjs";
import { ownPackage, readJson, releaseOf, renamed, root, without } from "./workspace.mjs";

const PAGES = "conclave-manifest.json";
/** Its dependencies are inside its built pages: whoever installs it needs none of them. */
const BUILT = "web";

/** Stages packages/NAME as a package of its own into `target`. */
export function stagePackage(name, target, release = releaseOf()) {
  const folder = `${root}packages/${name}`;
  const own = readJson(`packages/${name}/package.json`);
  const entries = everyEntry(folder).flatMap((entry) => entryFiles(folder, entry));
  const { files } = reach([...binFiles(folder, own), ...entries], { types: true });
  const stage = new Stage(target, release);
  stage.code(folder, "", files, own);
  if (name === BUILT) stage.pages(folder, "");
  stage.text("README.md", withoutLinks(readFileSync(`${folder}/README.md`, "utf8")));
  stage.text("LICENSE", readFileSync(`${root}LICENSE`, "utf8"));
  stage.manifest("", { ...published(own, release), description: aboutPackage(folder) });
}

/**
 * Stages the program into `target`: packages/cli under the program's name, with what it needs of the other packages inside, and
 * everything that comes from the registry by its exact version. Gives the lock of what it is made of, its pages included.
 */
export function stageProgram(target, release = releaseOf()) {
  const cli = `${root}packages/cli`;
  const own = readJson("packages/cli/package.json");
  const packages = new Map(insideOf("cli").map((name) => [name, `${root}packages/${name}`]));
  const { files, entries } = reach(binFiles(cli, own), { types: false, packages });
  const stage = new Stage(target, release);
  const parts = [{ place: "", folder: "packages/cli", outside: outside(own) }];
  for (const [name, folder] of packages) {
    const used = [...(entries.get(name) ?? [])];
    if (used.length === 0 && name !== BUILT) continue;
    const theirs = readJson(`packages/${name}/package.json`);
    const place = `node_modules/${release.scope}/${name}`;
    stage.code(folder, `${place}/`, files, theirs);
    if (name === BUILT) stage.pages(folder, `${place}/`);
    // What it needs is the program's to need: npm takes what a package inside names for inside too, and does not fetch it.
    const rest = without(published(theirs, release), "dependencies");
    const manifest = rest.exports ? { ...rest, exports: trimmed(rest.exports, used) } : rest;
    stage.manifest(`${place}/`, manifest);
    const dependencies = toRun(dependenciesOf(theirs));
    parts.push({ place, folder: `packages/${name}`, outside: outside(theirs), manifest: { ...rest, dependencies } });
  }
  stage.code(cli, "", files, own);
  stage.text("README.md", withoutLinks(readFileSync(`${cli}/README.md`, "utf8")));
  stage.text("LICENSE", readFileSync(`${root}LICENSE`, "utf8"));
  const rest = without(published(own, release), "exports", "dependencies");
  const inside = parts.slice(1).map(({ folder }) => `${release.scope}/${basename(folder)}`);
  const { dependencies, optionalDependencies } = lockOf({ ...rest, name: release.name }, parts).lock.packages[""];
  const manifest = {
    ...rest,
    name: release.name,
    description: readJson("package.json").description,
    dependencies,
    optionalDependencies,
    bundleDependencies: inside,
  };
  stage.manifest("", manifest);
  const { dependencies: ofPages } = readJson(`packages/${BUILT}/package.json`);
  const all = parts.map((part) =>
    part.folder === `packages/${BUILT}`
      ? { ...part, outside: fromRegistry(ofPages), manifest: { ...part.manifest, dependencies: ofPages } }
      : part,
  );
  return JSON.parse(renamed(JSON.stringify(lockOf({ ...rest, name: release.name }, all).lock), release));
}

/** A folder in which a package is put together. */
class Stage {
  constructor(target, release) {
    this.target = target;
    this.release = release;
  }

  /** The files of a package among these, under `inside`. */
  code(folder, inside, files, { bin = {} }) {
    const programs = Object.values(bin).map((path) => join(folder, path));
    for (const file of files.filter((each) => each.startsWith(`${folder}/`))) {
      const text = readFileSync(file, "utf8").replace(/^\/\/# sourceMappingURL=.*\n?/mu, "");
      this.text(`${inside}${relative(folder, file)}`, text, programs.includes(file) ? 0o755 : 0o644);
    }
  }

  /** The built pages: what their manifest names, it, and the licences of what is in them. */
  pages(folder, inside) {
    const { files } = JSON.parse(readFileSync(`${folder}/dist/${PAGES}`, "utf8"));
    for (const { path } of [...files, { path: PAGES }])
      this.bytes(`${inside}dist/${path}`, readFileSync(`${folder}/dist/${path}`));
    const names = [BUILT, ...insideOf(BUILT, allDependencies)];
    const parts = names.map((name) => ({
      place: name === BUILT ? "" : `node_modules/@conclave/${name}`,
      folder: `packages/${name}`,
      outside: fromRegistry(allDependencies(readJson(`packages/${name}/package.json`))),
      manifest: {},
    }));
    this.text(`${inside}LICENCES.md`, licencesOf(parts));
  }

  manifest(inside, manifest) {
    this.text(`${inside}package.json`, `${JSON.stringify(manifest, null, 2)}\n`);
  }

  text(path, text, mode) {
    this.bytes(path, renamed(text, this.release), mode);
  }

  bytes(path, bytes, mode = 0o644) {
    const file = join(this.target, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
    chmodSync(file, mode);
  }
}

/** A package.json as it is published: nothing of it is for this clone only. */
function published(own, { version }) {
  const { license, engines, repository } = readJson("package.json");
  const { name, type, bin, exports, sideEffects } = own;
  return {
    name,
    version,
    license,
    ...(repository && { repository }),
    type,
    ...(sideEffects !== undefined && name !== `@conclave/${BUILT}` && { sideEffects }),
    engines,
    ...(bin && { bin }),
    ...(exports && { exports: withoutSources(exports) }),
    dependencies: dependenciesOf(own),
  };
}

function withoutSources(exports) {
  return Object.fromEntries(
    Object.entries(exports).map(([entry, target]) => {
      if (typeof target === "string") return [entry, target];
      return [entry, without(target, "@conclave/source")];
    }),
  );
}

/** The exports that somebody inside the program imports, without types. */
function trimmed(exports, used) {
  const isUsed = (entry) => used.includes(entry) || (entry.includes("*") && used.some((each) => !(each in exports)));
  return Object.fromEntries(
    Object.entries(exports)
      .filter(([entry]) => isUsed(entry))
      .map(([entry, target]) => [entry, typeof target === "string" ? target : target.default]),
  );
}

/** The packages of the workspace that a package needs, and those that these need. */
function insideOf(name, needs = dependenciesOf, found = new Set()) {
  for (const dependency of Object.keys(needs(readJson(`packages/${name}/package.json`)))) {
    const own = ownPackage(dependency);
    if (!own || found.has(own.name)) continue;
    found.add(own.name);
    insideOf(own.name, needs, found);
  }
  return [...found].sort();
}

/** What a package needs of the registry to run. Types are for those who compile. */
function outside(own) {
  return fromRegistry(dependenciesOf(own));
}

function fromRegistry(dependencies) {
  return Object.keys(toRun(dependencies)).filter((name) => !ownPackage(name));
}

function toRun(dependencies) {
  return Object.fromEntries(Object.entries(dependencies).filter(([name]) => !name.startsWith("@types/")));
}

function allDependencies({ dependencies = {} }) {
  return dependencies;
}

function dependenciesOf({ name, dependencies = {} }) {
  return name === `@conclave/${BUILT}` ? {} : dependencies;
}

function binFiles(folder, { bin = {} }) {
  return Object.values(bin).flatMap((path) => [join(folder, path), join(folder, "dist/main.js")]);
}

/** What a README says first: its first sentence, on one line. */
function aboutPackage(folder) {
  const [, about] = /^# .*\n\n([\s\S]*?)\n\n/u.exec(readFileSync(`${folder}/README.md`, "utf8")) ?? [];
  if (about === undefined) throw new Error(`${folder}/README.md does not begin with what the package is`);
  return about.replaceAll("\n", " ");
}

/** Links that lead out of the package lead nowhere once it is installed: their words stay. */
function withoutLinks(text) {
  return text.replaceAll(/\[([^\]]+)\]\((?!https?:)[^)]+\)/gu, "$1");
}
