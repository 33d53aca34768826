import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));
// Inside the workspace, so that libraries are found; at another depth, so that a path in a file would show.
const copies = ["one", "two/deeper"].map((name) => join(root, "packages/web/build/copies", String(process.pid), name));

afterAll(() => {
  rmSync(join(root, "packages/web/build/copies", String(process.pid)), { recursive: true, force: true });
});

it("two builds in two folders give the same bytes, file for file, and so the same build hash", () => {
  const [one, two] = copies.map((copy, n) => {
    // The second from the first: somebody may be working on the sources.
    copySources(n === 0 ? root : copies[0]!, copy);
    const hash = execFileSync(process.execPath, [join(root, "scripts/pages.mjs"), copy], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return { hash: hash.trim(), files: contents(join(copy, "packages/web/dist")) };
  });
  expect(one!.hash).toMatch(/^[0-9a-f]{64}$/u);
  expect(two!.hash).toBe(one!.hash);
  expect([...two!.files.keys()]).toEqual([...one!.files.keys()]);
  for (const [path, bytes] of one!.files) expect(bytes.equals(two!.files.get(path)!), path).toBe(true);
  const manifest = one!.files.get("conclave-manifest.json")!.toString();
  expect(one!.files.size).toBe((JSON.parse(manifest) as { files: unknown[] }).files.length + 1);
  for (const bytes of one!.files.values()) expect(bytes.includes(root)).toBe(false);
}, 180_000);

function copySources(original: string, copy: string): void {
  mkdirSync(join(copy, "node_modules/@conclave"), { recursive: true });
  for (const name of readdirSync(join(original, "packages"))) {
    for (const part of [
      "src",
      "public",
      "index.html",
      "package.json",
      "vite.config.mjs",
      "vite.emoji.mjs",
      "vite.sodium.mjs",
      "tsconfig.json",
      "node_modules",
    ]) {
      const from = join(original, "packages", name, part);
      if (existsSync(from)) cpSync(from, join(copy, "packages", name, part), { recursive: true });
    }
    symlinkSync(join(copy, "packages", name), join(copy, "node_modules/@conclave", name));
  }
  cpSync(join(original, "tsconfig.base.json"), join(copy, "tsconfig.base.json"));
}

function contents(folder: string): Map<string, Buffer> {
  const files = (readdirSync(folder, { recursive: true }) as string[]).sort();
  return new Map(
    files
      .filter((path) => statSync(join(folder, path)).isFile())
      .map((path) => [path, readFileSync(join(folder, path))]),
  );
}
