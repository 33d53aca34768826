import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The root of the repository, with a slash at its end. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** Files of the project (tracked, or new and not ignored) whose path matches. */
export function projectFiles(pattern) {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  return [...new Set(listed.split("\n"))].filter((file) => pattern.test(file) && existsSync(root + file));
}

export function read(file) {
  return readFileSync(root + file, "utf8");
}

export const isTest = (file) => /\.test\.tsx?$/.test(file) || /\/test\//.test(file);
