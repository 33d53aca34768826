// Which built files a package needs: all that its entries lead to. Tests, fixtures, and what an older build left behind are
// reached from no entry, so nothing has to name them.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ownPackage, readJson } from "./workspace.mjs";

// As the compiler writes them: imports and exports, imports later on, files of threads, and what `require.resolve` is asked for.
const SPECIFIER = /(?:\bfrom |\bimport |\bimport\(|\bnew URL\(|\bresolve\()"([^"\n]+)"/gu;

/** The files behind an entry of a package ("./testing"), in its folder: the code, and its types. Null when it has none. */
export function entryFiles(folder, entry) {
  const { exports = {} } = readJson("package.json", `${folder}/`);
  for (const [pattern, target] of Object.entries(exports)) {
    const [before, after] = pattern.split("*");
    const isPattern = after !== undefined;
    if (isPattern ? !entry.startsWith(before) || !entry.endsWith(after) : pattern !== entry) continue;
    const star = isPattern ? entry.slice(before.length, entry.length - after.length) : "";
    const { default: code, types } = typeof target === "string" ? { default: target } : target;
    return [code, types].filter((path) => path !== undefined).map((path) => join(folder, path.replaceAll("*", star)));
  }
  return null;
}

/**
 * All files that these lead to, with the types beside each if `types`; in other packages of the workspace too if `packages`
 * has their folders, by name. Throws where a file is missing: the build is not whole.
 */
export function reach(files, { types, packages = new Map() }) {
  const found = new Set();
  const waiting = [...files];
  const entries = new Map();
  while (waiting.length > 0) {
    const file = waiting.pop();
    if (found.has(file)) continue;
    if (!existsSync(file)) throw new Error(`${file} is missing: build first`);
    found.add(file);
    const isTypes = file.endsWith(".d.ts");
    const beside = isTypes ? file.replace(/\.d\.ts$/u, ".js") : file.replace(/\.js$/u, ".d.ts");
    if (types && existsSync(beside)) waiting.push(beside);
    for (const [, specifier] of readFileSync(file, "utf8").matchAll(SPECIFIER)) {
      const own = ownPackage(specifier);
      if (/^\.\.?\/.*\.js$/u.test(specifier)) {
        const target = join(dirname(file), specifier);
        waiting.push(isTypes ? target.replace(/\.js$/u, ".d.ts") : target);
      } else if (own && packages.has(own.name)) {
        const folder = packages.get(own.name);
        const behind = own.entry === "./package.json" ? [] : entryFiles(folder, own.entry);
        if (behind === null) throw new Error(`${file} imports ${specifier}, which ${own.name} does not export`);
        waiting.push(...behind.filter((path) => types || !path.endsWith(".d.ts")));
        entries.set(own.name, (entries.get(own.name) ?? new Set()).add(own.entry));
      }
    }
  }
  return { files: [...found].sort(), entries };
}

/** Every entry of a package: "." and "./testing", and for a pattern each name that a source has for it. */
export function everyEntry(folder) {
  const { exports = {} } = readJson("package.json", `${folder}/`);
  return Object.entries(exports).flatMap(([entry, target]) => {
    if (!entry.includes("*")) return [entry];
    const [before, after] = target["@conclave/source"].split("*");
    return readdirSync(join(folder, before), { recursive: true })
      .filter((name) => name.endsWith(after))
      .map((name) => entry.replace("*", name.slice(0, -after.length)));
  });
}
