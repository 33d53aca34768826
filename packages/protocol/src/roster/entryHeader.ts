import type { LeafKey, PersonId, RoomId } from "../encoding/ids.js";

/** What goes with an action to justify it. */
export interface Evidence {
  /** Signed approvals of this action. */
  readonly approvals: readonly Uint8Array[];
  /** What proves that somebody may come in, or come back, by themselves: of an invite, or of the old leaf. */
  readonly proof: Uint8Array | null;
  /** The signed farewell of somebody who leaves. */
  readonly farewell: Uint8Array | null;
}

/** No evidence: the author's own right is enough. */
export const NO_EVIDENCE: Evidence = { approvals: [], proof: null, farewell: null };

/** Everything in an entry but its action and what it leads to: where it stands, who signs it, and what justifies it. */
export interface EntryHeader {
  /** Zero in the charter. */
  readonly roomId: RoomId;
  readonly seq: number;
  /** SHA-256 of the previous signed entry; zero in the charter. */
  readonly prev: Uint8Array;
  /** The MLS epoch of the commit that carries the entry. */
  readonly epoch: number;
  /** confirmed_transcript_hash of that epoch: the entry is valid on one branch only. Empty in epoch 0. */
  readonly transcript: Uint8Array;
  /** The policy in force before the entry. */
  readonly policyHash: Uint8Array;
  readonly author: { readonly person: PersonId; readonly leaf: LeafKey };
  /** The author's clock, ms. */
  readonly time: number;
  readonly evidence: Evidence;
  /** In the first entry of a generation: by what its roster record's earlier key is known ({@link rosterKeyCheck}). */
  readonly keyCheck: Uint8Array | null;
}
