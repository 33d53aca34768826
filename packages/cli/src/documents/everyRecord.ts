/** `v` of every record. It grows when a field is removed or changes its meaning; new fields can appear without that. */
export const RECORD_VERSION = 1;

/** Something you should know, though it did not stop the command. */
export interface Warning {
  /** An error's code, or NOTICE, NO_TLS, ROOM_AHEAD, LINK_LATE. */
  readonly code: string;
  /** For people. */
  readonly message: string;
}

/** Why a command failed. */
export interface ErrorBody {
  /** One of the error codes; it says the exit code too. */
  readonly code: string;
  /** For people. */
  readonly message: string;
  /** What to do, for people. */
  readonly hint: string | null;
  /** What became of what was to be sent or decided; left out if there was nothing. */
  readonly fate?: "kept" | "dropped" | "unknown";
}
