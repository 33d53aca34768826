import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** The root of the repository, with a slash at its end. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

let listed;

/** Files of the project (tracked, or new and not ignored) whose path matches. */
export function projectFiles(pattern) {
  listed ??= execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  }).split("\n");
  return [...new Set(listed)].filter((file) => pattern.test(file) && existsSync(root + file));
}

export function read(file) {
  return readFileSync(root + file, "utf8");
}

export const isTest = (file) => /\.test\.tsx?$/.test(file) || /\/test\//.test(file);

const trees = new Map();

/** The syntax tree of a TypeScript file. Its nodes do not know their parents. */
export function parsed(file) {
  const kind = file.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  if (!trees.has(file)) trees.set(file, ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, false, kind));
  return trees.get(file);
}
