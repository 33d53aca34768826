import type { LeafKey, PersonId } from "../encoding/ids.js";

/**
 * What every message of the present epoch shows beside what it says: its author was there, had our roster, and had read the log
 * up to a place (docs/protocol.md §8).
 */
export interface SignedView {
  readonly person: PersonId;
  readonly leaf: LeafKey;
  /** No commit of theirs was on its way, or given up and able to count all the same. Only who says so vouches for the list. */
  readonly isIdle: boolean;
  /**
   * How far they had read the log, which was ours up to there: they signed after the record at this place was made. Null where
   * that is too long ago for us to remember.
   */
  readonly seen: number | null;
  /** Their clock, ms: their claim. */
  readonly time: number;
}
