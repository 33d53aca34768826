// What has to be so before something is released: each check gives its faults, as sentences.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { ownPackage, readJson, root } from "./workspace.mjs";

/** The commit that is released: its id and time, and what differs from it here. */
export function commitHere() {
  const [id, seconds] = git("log", "-1", "--format=%H %ct").trim().split(" ");
  const changed = git("status", "--porcelain")
    .split("\n")
    .filter((line) => line !== "");
  return { id, time: new Date(Number(seconds) * 1000), changed };
}

/** The section of CHANGELOG.md about a version, without its head; null when there is none. `date` is null before it is released. */
export function changesOf(version) {
  const sections = readFileSync(`${root}CHANGELOG.md`, "utf8").split(/^## /mu).slice(1);
  for (const section of sections) {
    const [head = "", ...lines] = section.split("\n");
    if (head.split(" ")[0] !== version) continue;
    return { date: /\((\d{4}-\d{2}-\d{2})\)$/u.exec(head)?.[1] ?? null, text: lines.join("\n").trim() };
  }
  return null;
}

/** Every package has the version of the whole, and asks for the others in it; the lock names no registry. */
export function versionFaults(version) {
  const faults = [];
  for (const name of readdirSync(`${root}packages`)) {
    const manifest = readJson(`packages/${name}/package.json`);
    if (manifest.version !== version) faults.push(`packages/${name} is of version ${manifest.version}, not ${version}`);
    for (const [dependency, wanted] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }))
      if (ownPackage(dependency) && wanted !== version)
        faults.push(`packages/${name} wants ${dependency} in version ${wanted}, not ${version}`);
  }
  const addresses = Object.values(readJson("package-lock.json").packages).filter(({ resolved }) =>
    /:\/\//u.test(resolved),
  );
  if (addresses.length > 0) faults.push(`package-lock.json has ${addresses.length} addresses of a registry`);
  return faults;
}

function git(...args) {
  const { status, stdout, stderr } = spawnSync("git", args, { cwd: root, encoding: "utf8" });
  if (status !== 0) throw new Error(`git ${args[0]} failed: ${stderr}`);
  return stdout;
}
