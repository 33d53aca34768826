/** What the exit code of every command means. Scripts may rely on these numbers. */
export const EXIT = {
  ok: 0,
  /** It was understood and did not happen: refused by the room's policy, not found, failed. */
  refused: 1,
  /** The command line or the configuration is wrong; nothing was tried. */
  usage: 2,
  /** The relay could not be reached, or did not answer in time. */
  unreachable: 3,
  /** Another process is the writer of this home. */
  locked: 4,
  /** The relay, or somebody in the room, was caught breaking the rules. */
  alarm: 5,
  /** `verify-web`: the host serves something other than this program's own web client. */
  differs: 6,
  /** It was proposed or you approved it: more people must approve before it is done. */
  waiting: 7,
  /** The room was moved to a version that this program does not know: update it. */
  outdated: 8,
  /** `doctor`: something is wrong with the relay. */
  unwell: 9,
  /** `serve`: the database failed; what was acknowledged is on the disk (EX_SOFTWARE of sysexits.h). */
  databaseFailed: 70,
  /** Stopped by Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What help, manual and docs say about them. */
export const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: "Done.",
  refused: "Refused or failed: not allowed by the room's policy, not found, not possible.",
  usage: "Wrong usage: the command line or the configuration is wrong, and nothing was done.",
  unreachable: "The relay cannot be reached, or does not answer in time.",
  locked: "Another process is using this home.",
  alarm: "An alarm: the relay, or somebody in the room, was caught breaking the rules.",
  differs: "verify-web: the host serves a different web client from this program's own.",
  waiting: "Proposed or approved: it is done once more people approve.",
  outdated: "The room was moved to a version that this Conclave does not know: update it to go on.",
  unwell: "doctor: something is wrong with the relay.",
  databaseFailed: "serve: the relay's database failed. What was acknowledged is on the disk; the log says why.",
  interrupted: "Stopped by Ctrl-C, or cancelled.",
};
