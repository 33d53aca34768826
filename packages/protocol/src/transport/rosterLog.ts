import { decode, encode, equalBytes, opaque, optional, struct, u32, u53, Writer } from "@conclave/codec";
import { committingOpen, committingSeal, type Crypto } from "@conclave/crypto";
import type { RoomTag } from "@conclave/wire";
import { derivedKey, labelledHash } from "../encoding/digest.js";
import { bytes32 } from "../encoding/signed.js";
import { pad, unpad } from "./padding.js";

/** The key under which roster entries are sealed from one removal to the next (docs/protocol.md §4). */
export interface RosterKey {
  readonly generation: number;
  readonly key: Uint8Array;
}

export const rosterKeyLayout = struct<RosterKey>({ generation: u32, key: bytes32 });

/** What a roster record holds: the signed entry, and in the first record of a generation the key before. */
export interface RosterRecordContent {
  readonly entry: Uint8Array;
  readonly previousKey: Uint8Array | null;
}

/** Where a record stands: the number of its entry, and the hash of the record of the entry before; zeros for the charter's. */
export interface RosterRecordPlace {
  readonly seq: number;
  readonly before: Uint8Array;
}

const LABEL = "conclave/roster-log/v1";
const NONCE = new Uint8Array(12);
const contentLayout = struct<RosterRecordContent>({ entry: opaque(1 << 17), previousKey: optional(bytes32) });
/** `before` comes first: by it the relay finds the record that one follows (wire's `recordBefore`). */
const recordLayout = struct({ before: bytes32, generation: u32, seq: u53, mask: bytes32, sealed: opaque() });

/** `before` of the charter's record. */
export const NO_RECORD = new Uint8Array(32);

/**
 * Seals an entry under a roster key: `before, generation, seq, mask, sealed`. Deterministic, so whoever holds the entry, the keys
 * and the records before it can make the same bytes; each (key, seq) has a record key of its own, used for one content by an honest
 * author.
 */
export function sealRosterRecord(
  crypto: Crypto,
  roomTag: RoomTag,
  rosterKey: RosterKey,
  place: RosterRecordPlace,
  content: RosterRecordContent,
): Uint8Array {
  // Padded: the length of an entry would tell the relay what kind of decision it is (attack A88).
  const plain = pad(encode(content, contentLayout.write));
  // Concurrent authors may seal two entries of one seq: the record key is of the entry too, its hash stands in front.
  const entryHash = crypto.hash("sha256", plain);
  const mask = crypto.hash("sha256", entryHash);
  const { generation } = rosterKey;
  const key = recordKey(crypto, rosterKey, place.seq, mask);
  const sealed = committingSeal(crypto, key, NONCE, aadOf(roomTag, generation, place), plain);
  return encode({ ...place, generation, mask, sealed }, recordLayout.write);
}

/** Opens a record with the key of its generation among `keys`; null when none fits or it is not what {@link sealRosterRecord} made. */
export function openRosterRecord(
  crypto: Crypto,
  roomTag: RoomTag,
  keys: readonly RosterKey[],
  record: Uint8Array,
): (RosterRecordContent & RosterRecordPlace & { readonly generation: number }) | null {
  const outer = decode(record, recordLayout.read);
  if (!outer.ok) return null;
  const { before, generation, seq, mask, sealed } = outer.value;
  // RULE: rosterLog.generation: a record names a known key; a generation ahead is nobody's to announce (attack A12).
  const rosterKey = keys.find((each) => each.generation === generation);
  if (rosterKey === undefined) return null;
  const key = recordKey(crypto, rosterKey, seq, mask);
  const plain = committingOpen(crypto, key, NONCE, aadOf(roomTag, generation, { seq, before }), sealed);
  // RULE: rosterLog.one-record: an entry at its place has one record and no other, so everybody names it by the same hash, and no
  // newcomer can be shown another (attack A106).
  if (plain === null || !equalBytes(mask, crypto.hash("sha256", crypto.hash("sha256", plain)))) return null;
  const unpadded = unpad(plain);
  if (unpadded === null) return null;
  const content = decode(unpadded, contentLayout.read);
  return content.ok ? { ...content.value, generation, seq, before } : null;
}

/** By what a roster key is known to who does not hold it: the first entry of a generation names the key before so. */
export function rosterKeyCheck(crypto: Crypto, key: Uint8Array): Uint8Array {
  return labelledHash(crypto, "conclave/roster-key-check/v1", key);
}

function recordKey(crypto: Crypto, { key }: RosterKey, seq: number, mask: Uint8Array): Uint8Array {
  return derivedKey(crypto, key, LABEL, new Writer(40).u53(seq).fixed(mask).finish());
}

function aadOf(roomTag: RoomTag, generation: number, { seq, before }: RosterRecordPlace): Uint8Array {
  return new Writer(128).text(LABEL).fixed(roomTag).fixed(before).u32(generation).u53(seq).finish();
}
