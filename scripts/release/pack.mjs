// Packs what is published, each package staged in a folder of its own and packed by npm: the same bytes from every clone of a
// commit that is built, by the same Node and npm.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stagePackage, stageProgram } from "./stage.mjs";
import { publishedPackages, releaseOf } from "./workspace.mjs";

/**
 * Packs the program and every published package into `folder`. Gives the names of the files, the program's first, and the lock
 * of what the program is made of.
 */
export function packAll(folder, release = releaseOf()) {
  const stages = mkdtempSync(join(tmpdir(), "conclave-pack-"));
  try {
    const names = publishedPackages();
    const lock = stageProgram(join(stages, "program"), release);
    for (const name of names) stagePackage(name, join(stages, name), release);
    const all = ["program", ...names].map((name) => join(stages, name));
    return { files: npmPack(all, folder), lock };
  } finally {
    rmSync(stages, { recursive: true, force: true });
  }
}

/** Packs the program alone into `folder`. Gives the file's name. */
export function packProgram(folder, release = releaseOf()) {
  const stage = mkdtempSync(join(tmpdir(), "conclave-pack-"));
  try {
    stageProgram(stage, release);
    return npmPack([stage], folder)[0];
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

function npmPack(stages, folder) {
  mkdirSync(folder, { recursive: true });
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder, ...stages];
  const { status, stdout, stderr } = spawnSync("npm", args, { cwd: folder, encoding: "utf8", maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`npm pack failed: ${stderr}`);
  // npm gives a list, and newer ones an object by name.
  return Object.values(JSON.parse(stdout)).map(({ filename }) => filename);
}
