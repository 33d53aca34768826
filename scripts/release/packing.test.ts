import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const tsc = join(root, "node_modules/typescript-7/bin/tsc");

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly version: string;
  readonly license: string;
  readonly description: string;
  readonly engines: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly bundleDependencies?: readonly string[];
}

const read = (path: string) => JSON.parse(readFileSync(path, "utf8")) as Manifest;
const published = readdirSync(join(root, "packages"))
  .filter((name) => read(join(root, "packages", name, "package.json")).private !== true)
  .sort();
const own = read(join(root, "package.json"));

/** What others have of DefinitelyTyped: Node's types, and what the packages declare. */
const TYPES = ["node", "ws"];

/** A package of the scope as it was packed, unpacked. */
interface Unpacked {
  readonly folder: string;
  readonly files: readonly string[];
  readonly manifest: Manifest;
}

let folder = "";
let unpacked = new Map<string, Unpacked>();
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "conclave-packing-"));
  unpacked = packedAs("packed");
}, 240_000);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Packs everything, and unpacks it as npm would install it, with this clone's packages of the registry beside it. */
function packedAs(name: string, ...args: string[]): Map<string, Unpacked> {
  const place = join(folder, name);
  const out = execFileSync(process.execPath, [join(root, "scripts/pack.mjs"), place, ...args], { encoding: "utf8" });
  const modules = join(place, "node_modules");
  mkdirSync(modules);
  const all = out
    .trim()
    .split("\n")
    .map((file) => {
      const into = join(place, `of-${file}`);
      mkdirSync(into);
      execFileSync("tar", ["xzf", join(place, file), "-C", into]);
      const manifest = read(join(into, "package/package.json"));
      const target = join(modules, manifest.name);
      mkdirSync(dirname(target), { recursive: true });
      execFileSync("mv", [join(into, "package"), target]);
      const files = readdirSync(target, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(target.length + 1));
      return [manifest.name, { folder: target, files, manifest }] as const;
    });
  for (const from of [
    join(root, "node_modules"),
    ...readdirSync(join(root, "packages")).map((each) => join(root, "packages", each, "node_modules")),
  ]) {
    if (existsSync(from)) linkAll(from, modules);
  }
  return new Map(all);
}

// What a package of the workspace has for itself comes later, and wins.
function linkAll(from: string, to: string): void {
  for (const name of readdirSync(from)) {
    if (name.startsWith(".") || name === "@conclave" || (basename(from) === "@types" && !TYPES.includes(name)))
      continue;
    const [source, target] = [join(from, name), join(to, name)];
    if (name.startsWith("@") && !name.includes("/")) {
      mkdirSync(target, { recursive: true });
      linkAll(source, target);
    } else {
      rmSync(target, { recursive: true, force: true });
      symlinkSync(source, target);
    }
  }
}

const entriesOf = ({ manifest, files }: Unpacked) =>
  Object.entries(manifest.exports ?? {}).flatMap(([entry, target]) => {
    if (!entry.includes("*")) return [entry];
    const [before = "", after = ""] = (typeof target === "string" ? target : target["default"]!).slice(2).split("*");
    return files
      .filter((file) => file.startsWith(before) && file.endsWith(after))
      .map((file) => entry.replace("*", file.slice(before.length, -after.length)));
  });

describe("what is packed", () => {
  it("is the program and each package that is published, by the names of one place", () => {
    expect([...unpacked.keys()].sort()).toEqual(["conclave", ...published.map((name) => `@conclave/${name}`)].sort());
  });

  it.each(["conclave", ...published.map((name) => `@conclave/${name}`)])(
    "%s: README, licence, code and types; no test, source, map or place of this machine",
    (name) => {
      const { files, manifest, folder: at } = unpacked.get(name)!;
      const top = new Set(files.map((file) => file.split("/")[0]));
      const isProgram = name === "conclave" || name === "@conclave/cli";
      expect([...top].sort()).toEqual(
        [
          "LICENSE",
          "README.md",
          "dist",
          "package.json",
          ...(isProgram ? ["bin"] : []),
          ...(name === "@conclave/web" ? ["LICENCES.md"] : []),
          ...(name === "conclave" ? ["node_modules"] : []),
        ].sort(),
      );
      expect(
        files.filter((file) =>
          /\.(?:test|fixture)\.|\.map$|\.tsbuildinfo$|(?<!\.d)\.tsx?$|(?:^|\/)(?:src|test|demo)\//u.test(file),
        ),
      ).toEqual([]);
      for (const file of files.filter((each) => /\.(?:js|ts|json|html|css|md)$/u.test(each))) {
        const text = readFileSync(join(at, file), "utf8");
        expect([file, text.includes(root.slice(0, -1)), text.includes("sourceMappingURL")]).toEqual([
          file,
          false,
          false,
        ]);
      }
      expect(manifest).toMatchObject({
        version: own.version,
        license: own.license,
        engines: own.engines,
        description: expect.any(String),
      });
      expect(Object.keys(manifest)).not.toContain("devDependencies");
      expect(JSON.stringify(manifest)).not.toMatch(/@conclave\/source|\.\/src|"scripts"/u);
      // Exact: the same from the registry as here.
      for (const version of Object.values(manifest.dependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+$/u);
      expect(readFileSync(join(at, "README.md"), "utf8")).not.toMatch(/\]\(\.\.?\//u);
      const bins = files.filter((file) => file.startsWith("bin/"));
      for (const file of bins)
        expect(execFileSync("stat", ["-c", "%a", join(at, file)], { encoding: "utf8" }).trim()).toBe("755");
    },
  );

  it("the program has the pages, and of the other packages only what it runs", () => {
    const { files, manifest, folder: at } = unpacked.get("conclave")!;
    const inside = [...new Set(files.flatMap((file) => /^node_modules\/(@[^/]+\/[^/]+)\//u.exec(file)?.[1] ?? []))];
    expect(inside.sort()).toEqual([...manifest.bundleDependencies!].sort());
    expect(files).toContain("node_modules/@conclave/web/dist/index.html");
    const licences = readFileSync(join(at, "node_modules/@conclave/web/LICENCES.md"), "utf8");
    for (const library of ["preact", "virtua", "@noble/post-quantum"])
      expect(licences).toMatch(
        new RegExp(`^## ${library} [\\d.]+: MIT.*\n\n\`\`\`\n[^]*?Permission is hereby granted`, "mu"),
      );
    expect(files.filter((file) => /testing|conformance|browser|\.d\.ts$/u.test(file))).toEqual([]);
  });

  it("each package can be imported by each of its entries", () => {
    const lines = published.flatMap((name) => {
      const entries = entriesOf(unpacked.get(`@conclave/${name}`)!);
      // A thread's file, and a page's: they are for their own places.
      return entries
        .filter((entry) => !/core-worker|browser|page$|rpc/u.test(entry))
        .map((entry) => `await import(${JSON.stringify(`@conclave/${name}${entry.slice(1)}`)});`);
    });
    expect(lines.length).toBeGreaterThan(100);
    const file = join(folder, "packed/everything.mjs");
    writeFileSync(file, `${lines.join("\n")}\nconsole.log("all");\n`);
    const { stdout, stderr } = spawnSync(process.execPath, [file], { encoding: "utf8" });
    expect([stdout, stderr]).toEqual(["all\n", ""]);
  }, 120_000);

  it.each([
    ["node16", "node16"],
    ["esnext", "bundler"],
  ])(
    "a program that uses them all has their types: module %s, resolution %s",
    (module, moduleResolution) => {
      const names = published.flatMap((name) =>
        entriesOf(unpacked.get(`@conclave/${name}`)!)
          .filter((entry) => entry !== "./core-worker")
          .map((entry) => `@conclave/${name}${entry.slice(1)}`),
      );
      const place = join(folder, "packed", module);
      mkdirSync(place);
      const imports = names.map(
        (name, index) => `import * as all${index} from ${JSON.stringify(name)};\nvoid all${index};`,
      );
      const use = `import { decode } from "@conclave/codec";\nconst wrong: number = decode;\nvoid wrong;\n`;
      writeFileSync(join(place, "package.json"), '{ "type": "module" }');
      writeFileSync(join(place, "use.ts"), `${imports.join("\n")}\n`);
      writeFileSync(join(place, "wrong.ts"), use);
      const compilerOptions = {
        module,
        moduleResolution,
        target: "es2023",
        lib: ["es2023", "es2024.string", "dom"],
        strict: true,
        noEmit: true,
        skipLibCheck: false,
        types: ["node"],
      };
      writeFileSync(join(place, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["use.ts", "wrong.ts"] }));
      const { stdout } = spawnSync(process.execPath, [tsc, "-p", place], { cwd: place, encoding: "utf8" });
      // The types are there: a wrong use is found, and nothing else.
      expect(
        stdout
          .trim()
          .split("\n")
          .map((line) => line.replace(/\(.*?\): error (\w+).*/u, " $1")),
      ).toEqual(["wrong.ts TS2322"]);
    },
    120_000,
  );
});

describe("another name and another scope", () => {
  it("are given in one place, and the old ones are nowhere", () => {
    const others = packedAs("renamed", "--name", "moot", "--scope", "@other");
    expect([...others.keys()].sort()).toEqual(["moot", ...published.map((name) => `@other/${name}`)].sort());
    for (const { folder: at, files } of others.values())
      for (const file of files.filter((each) => /\.(?:js|ts|json|md)$/u.test(each)))
        expect([basename(at), file, readFileSync(join(at, file), "utf8").includes("@conclave/")]).toEqual([
          basename(at),
          file,
          false,
        ]);
    const program = join(others.get("moot")!.folder, "bin/conclave.js");
    const { stdout, stderr } = spawnSync(process.execPath, [program, "--version"], { encoding: "utf8" });
    expect([stdout, stderr]).toEqual([`${own.version}\n`, ""]);
  }, 240_000);
});
