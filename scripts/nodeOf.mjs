// Other versions of Node than the one that runs this: for the tests on each, and for tools that need a newer one.
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const cache = fileURLToPath(new URL("../node_modules/.cache/node/", import.meta.url));

/** The name of npm's package with Node for this machine. */
export const nodePackage = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;

/** The newest Node of a line ("22", "20.19"), from npm; null where there is none for this machine, or no registry. */
export function nodeOf(line) {
  const place = join(cache, line);
  mkdirSync(place, { recursive: true });
  const flags = ["--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", place];
  spawnSync("npm", ["install", ...flags, `${nodePackage}@${line}`], { cwd: place, stdio: "ignore" });
  const path = join(place, "node_modules", nodePackage, "bin/node");
  const asked = spawnSync(path, ["--version"], { encoding: "utf8" });
  return asked.status === 0 ? { path, version: asked.stdout.trim() } : null;
}
