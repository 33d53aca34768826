/** A fault that can be put into the built protocol, to see that an exploration finds it. */
export interface SeededFault {
  /** The built file, by the end of its address. */
  readonly file: string;
  /** What is there, and what is put in its place. */
  readonly from: string;
  readonly to: string;
}

/**
 * Faults by name. None is in the code that people run: they are put in while the program is loaded.
 */
export const SEEDED_FAULTS: Readonly<Record<string, SeededFault>> = {
  // A commit that was given up is forgotten: when the relay brings it into the log, its author
  // stays behind (attack A103).
  "forgets-given-up": {
    file: "protocol/dist/room/ownCommit.js",
    from: "pending === null ? withdrawn : [pending, ...withdrawn]",
    to: "pending === null ? [] : [pending]",
  },
  // A commit is sent before it is stored: after a crash between the two its author does not know
  // its own commit.
  "sends-before-storing": {
    file: "protocol/dist/room/authorCommit.js",
    from: "delta: joinDeltas(used, stored)",
    to: "delta: used",
  },
  // A farewell that was taken back counts when the relay brings its first ciphertext up again
  // (attack A61).
  "overtaken-counts": {
    file: "protocol/dist/room/receiveMessage.js",
    from: "return log.n < core.lastCommit",
    to: "return false",
  },
  // A relay that calls a commit deleted is believed (attack A110).
  "commit-pruned": {
    file: "protocol/dist/room/withheld.js",
    from: 'item.pruned && item.kind === "commit"',
    to: "false",
  },
  // Who was removed can come in again by the link though they are banned.
  "ban-forgotten": {
    file: "protocol/dist/roster/actions/add.js",
    from: "before.former.get(toHex(cert.person))?.banned === true",
    to: "false",
  },
};
