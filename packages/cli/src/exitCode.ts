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
  /** `verify-web`: the host serves something else than this checkout's web client. */
  differs: 6,
  /** `serve`: the database failed; what was acknowledged is on the disk (EX_SOFTWARE of sysexits.h). */
  databaseFailed: 70,
  /** Stopped by Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
