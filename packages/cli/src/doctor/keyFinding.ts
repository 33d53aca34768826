import type { KeyFacts } from "@conclave/relay";
import { shellWord } from "../terminal/shellWord.js";
import { bad, good, type Finding } from "./finding.js";

/** Whether a relay's key file is a key, and nobody else's to read. */
export function keyFinding({ fault, mode, hasFoldersOwner }: KeyFacts, path: string): Finding {
  const file = shellWord(path);
  switch (fault) {
    case "missing":
      return bad(
        "key",
        `There is no key in ${path}, so members would take this relay for another one.`,
        "Put it back from a backup, or from where it is kept. Do not let a new one be made.",
      );
    case "unreadable":
      return bad("key", `This user cannot read ${path}.`, "Run this as the relay's user.");
    case "not_a_key":
      return bad("key", `${path} contains something else than a key.`, "Put it back from a backup.");
    case null:
  }
  if ((mode & 0o077) !== 0) {
    return bad(
      "key",
      `Others on this machine can read or change ${path} (mode ${mode.toString(8)}): they can sign as this relay.`,
      `chmod 600 ${file}`,
    );
  }
  if (!hasFoldersOwner) {
    return bad(
      "key",
      `${path} belongs to another user than its folder: the relay may not be able to read it.`,
      `chown --reference=${shellWord(path.slice(0, path.lastIndexOf("/")) || "/")} ${file}`,
    );
  }
  return good("key", `${path} is a key, and only its user can read it.`);
}
