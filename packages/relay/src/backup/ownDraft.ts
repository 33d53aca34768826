import { randomBytes } from "node:crypto";
import { readdirSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** What nobody has written into for so long is left over from a process that was killed. */
const STALE_MS = 24 * 3_600_000;

/**
 * A path beside `path` that nobody else writes to: two processes that write the same file at once each have a draft of their own,
 * and each is whole when it takes its name. Drafts of this kind that are left over are removed.
 */
export function ownDraft(path: string, kind: string): string {
  const begin = `${basename(path)}.${kind}`;
  const isDraft = (name: string): boolean =>
    name.startsWith(begin) && /^-[0-9a-f]{8}(?:-journal|-wal|-shm)?$/u.test(name.slice(begin.length));
  for (const name of readdirSync(dirname(path)).filter(isDraft)) {
    const left = join(dirname(path), name);
    const changed = statSync(left, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
    if (Date.now() - changed > STALE_MS) rmSync(left, { force: true });
  }
  return `${path}.${kind}-${randomBytes(4).toString("hex")}`;
}
