import type { Crypto } from "@conclave/crypto";
import { NO_EVIDENCE, type Entry, type EntryContent, type Roster } from "@conclave/protocol";
import { signEntry } from "@conclave/protocol/testing";

/** What a liar wants to sign. Everything else is as it should be at this place of the chain. */
export type Lie = Partial<EntryContent> & Pick<EntryContent, "action" | "author">;

/** Signs an entry that nobody has judged: with any author, place, evidence and state. */
export function draftEntry(
  crypto: Crypto,
  leafSeed: Uint8Array,
  roster: Roster,
  carriage: { readonly epoch: number; readonly transcript: Uint8Array },
  lie: Lie,
): Entry {
  return signEntry(crypto, leafSeed, {
    roomId: roster.roomId,
    seq: roster.seq + 1,
    prev: roster.head,
    ...carriage,
    policyHash: roster.policyHash,
    time: roster.chainTime,
    evidence: NO_EVIDENCE,
    stateHash: new Uint8Array(32),
    keyCheck: null,
    ...lie,
  });
}
