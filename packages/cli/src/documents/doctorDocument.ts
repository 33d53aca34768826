/** One thing that `conclave doctor` looked at. */
export interface FindingDocument {
  /** What it is about: `rooms`, `file`, `disk`, `clock`, `key`, `backup`, `relay`, `address`, `certificate`, `proxy`, `database`, `durability`, `standby` or `locks`. */
  readonly check: string;
  /** `good`, `bad`, or `unseen`: it could not be looked at from here. */
  readonly state: string;
  readonly text: string;
  /** What to do about it; null where nothing is to be done. */
  readonly todo: string | null;
}

/** A room whose stored log is not what the relay wrote. */
export interface DamagedRoomDocument {
  /** The room's tag, hexadecimal; null where it cannot be read. */
  readonly tag: string | null;
  /** Up to where its log is as it was written. */
  readonly record: number;
  readonly why: string;
}
