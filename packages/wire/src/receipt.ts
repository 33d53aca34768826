import { decode, encode, struct, u53, type Codec, type DecodeError, type Of, type Result } from "@conclave/codec";
import { id32, labelled, signature } from "./field.js";
import { RoomTag } from "./ids.js";

/** The relay's word that this commit has this place in the log (docs/protocol.md §6). */
export type CommitReceipt = Of<typeof commitReceipt>;
export const commitReceipt = struct({
  roomTag: RoomTag,
  /** The epoch the commit was made in (it leads to `epoch + 1`). */
  epoch: u53,
  recordHash: id32,
  n: u53,
  /** The log head after this record. */
  head: id32,
  /** The relay's clock in ms. */
  time: u53,
});

/**
 * The relay's word that the log had this length and head at this time, that it had pruned nothing from `availableFrom` on, and which
 * write key proved that somebody is a member.
 */
export type HeadReceipt = Of<typeof headReceipt>;
export const headReceipt = struct({
  roomTag: RoomTag,
  n: u53,
  head: id32,
  time: u53,
  /** Messages before this place may be pruned. It never falls. */
  availableFrom: u53,
  /** The newest write key of the members, and its epoch: what the relay needs to know after it was restored from a copy. */
  keyEpoch: u53,
  writeKey: id32,
});

/** A receipt and the relay key's Ed25519 signature over {@link commitReceiptBytes} or {@link headReceiptBytes}. */
export interface Signed<R> {
  readonly receipt: R;
  readonly signature: Uint8Array;
}

function signed<R>(receipt: Codec<R>): Codec<Signed<R>> {
  return struct<Signed<R>>({ receipt, signature });
}

export const signedCommitReceipt = signed(commitReceipt);
export const signedHeadReceipt = signed(headReceipt);

const commitBytes = labelled("conclave/receipt/commit/v1", commitReceipt);
const headBytes = labelled("conclave/receipt/head/v2", headReceipt);

/** The bytes the relay signs for a commit: label and receipt. Verify with `ed25519Verify(relayKey, bytes, signature)`. */
export function commitReceiptBytes(receipt: CommitReceipt): Uint8Array {
  return commitBytes(receipt);
}

/** The bytes the relay signs for a head: label and receipt. */
export function headReceiptBytes(receipt: HeadReceipt): Uint8Array {
  return headBytes(receipt);
}

/** A signed commit receipt as bytes: how clients store it as evidence. */
export function encodeCommitReceipt(signed: Signed<CommitReceipt>): Uint8Array {
  return encode(signed, signedCommitReceipt.write);
}

/** Reads what {@link encodeCommitReceipt} wrote. The signature is not verified. */
export function decodeCommitReceipt(bytes: Uint8Array): Result<Signed<CommitReceipt>, DecodeError> {
  return decode(bytes, signedCommitReceipt.read);
}

/** A signed head receipt as bytes: how clients store it as evidence. */
export function encodeHeadReceipt(signed: Signed<HeadReceipt>): Uint8Array {
  return encode(signed, signedHeadReceipt.write);
}

/** Reads what {@link encodeHeadReceipt} wrote. The signature is not verified. */
export function decodeHeadReceipt(bytes: Uint8Array): Result<Signed<HeadReceipt>, DecodeError> {
  return decode(bytes, signedHeadReceipt.read);
}
