import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

/** Every module that `file` imports, directly or not, and the packages they name. */
function reach(file: string, seen = new Set<string>(), packages = new Set<string>()): Set<string> {
  if (seen.has(file)) return packages;
  seen.add(file);
  for (const [, name = ""] of readFileSync(file, "utf8").matchAll(/(?:from|import) "([^"]+)"/g)) {
    if (!name.startsWith(".")) packages.add(name);
    else reach(join(dirname(file), name.replace(/\.js$/, ".ts")), seen, packages);
  }
  return packages;
}

const entry = (name: string) => join(import.meta.dirname, name);

const pure = ["@conclave/codec", "@conclave/crypto", "@conclave/protocol", "@conclave/wire"];

describe("the entries of the package", () => {
  it("the main entry runs anywhere: it reaches nothing of Node or of a browser", () => {
    expect(existsSync(entry("index.ts"))).toBe(true);
    expect([...reach(entry("index.ts"))].filter((name) => !pure.includes(name))).toEqual([]);
  });
  it("the browser entry reaches nothing of Node", () => {
    const reached = [...reach(entry("browser/index.ts"))];
    const allowed = [...pure, "@conclave/crypto/web", "@conclave/crypto/argon2", "idb"];
    expect(reached.filter((name) => !allowed.includes(name))).toEqual([]);
  });
  it("the conformance suites need no test framework", () => {
    const drivers = [...reach(entry("conformance/index.ts"))];
    expect(drivers.filter((name) => name !== "@conclave/crypto")).toEqual([]);
  });
});
