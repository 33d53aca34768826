import { type Dirent, readdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { shellWord } from "../terminal/shellWord.js";
import { bad, good, type Finding } from "./finding.js";

const ANYBODY = 0o077;
/** A file of the machine's administrator can belong to a group that is to read it. */
const BUT_READERS = 0o027;

/**
 * Whether somebody else on this machine can read or change what is in the data folder, but for the key, which is looked at by
 * itself, or one of the other files that hold a secret (`named`). Files that are not there, or not to be seen, are left out.
 */
export function secretsFinding(data: string, named: readonly string[]): Finding {
  const inside = filesIn(data)
    .filter((entry) => entry.isFile() && entry.name !== "relay.key")
    .map(({ name }) => join(data, name));
  const open = [
    ...inside.filter((path) => isOpen(path, ANYBODY)),
    ...named.map((path) => resolve(path)).filter((path) => !inside.includes(path) && isOpen(path, BUT_READERS)),
  ];
  if (open.length === 0)
    return good("secrets", "Nobody else on this machine can read or change the files with secrets.");
  return bad(
    "secrets",
    `Others on this machine can read or change ${open.join(", ")}.`,
    `chmod go= ${open.map((path) => shellWord(path)).join(" ")}`,
  );
}

function filesIn(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** Whether others have any of these rights to a file, and can get to it through the folders above it. */
function isOpen(path: string, rights: number): boolean {
  let reach = rights & modeOf(path);
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const through = modeOf(folder);
    if ((through & 0o001) === 0) reach &= ~0o007;
    if ((through & 0o011) === 0) reach &= ~0o070;
    if (folder === dirname(folder)) return reach !== 0;
  }
}

function modeOf(path: string): number {
  try {
    return statSync(path).mode;
  } catch {
    return 0;
  }
}
