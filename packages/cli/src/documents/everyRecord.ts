/** `v` of every record. It grows when a field goes or changes its meaning; new fields may come without that. */
export const RECORD_VERSION = 1;

/** Something that deserves attention, and did not stop the command. */
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
  /** What became of the message that was to be sent; left out where there was none. */
  readonly fate?: "kept" | "dropped" | "unknown";
}
