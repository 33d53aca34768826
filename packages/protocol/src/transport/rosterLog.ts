import { decode, encode, opaque, optional, struct, u32, u53, Writer } from "@conclave/codec";
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

const LABEL = "conclave/roster-log/v1";
const NONCE = new Uint8Array(12);
const contentLayout = struct<RosterRecordContent>({ entry: opaque(1 << 17), previousKey: optional(bytes32) });
const recordLayout = struct({ generation: u32, seq: u53, mask: bytes32, sealed: opaque() });

/**
 * Seals an entry under a roster key: `generation, seq, sealed`. Deterministic, so whoever holds the entry and the keys
 * can make the same bytes; each (key, seq) has a record key of its own, used for one content by an honest author.
 */
export function sealRosterRecord(
  crypto: Crypto,
  roomTag: RoomTag,
  rosterKey: RosterKey,
  seq: number,
  content: RosterRecordContent,
): Uint8Array {
  // Padded: the length of an entry would tell the relay what kind of decision it is (attack A88).
  const plain = pad(encode(content, contentLayout.write));
  // Concurrent authors may seal two entries of one seq: the record key is of the entry too, its hash stands in front.
  const entryHash = crypto.hash("sha256", plain);
  const key = recordKey(crypto, rosterKey.key, seq, entryHash);
  const sealed = committingSeal(crypto, key, NONCE, aadOf(roomTag, rosterKey.generation, seq), plain);
  const { generation } = rosterKey;
  return encode({ generation, seq, mask: maskOf(crypto, entryHash), sealed }, recordLayout.write);
}

/** Opens a record with the key of its generation among `keys`; null when none fits or it is not this record. */
export function openRosterRecord(
  crypto: Crypto,
  roomTag: RoomTag,
  keys: readonly RosterKey[],
  record: Uint8Array,
): (RosterRecordContent & { generation: number; seq: number }) | null {
  const outer = decode(record, recordLayout.read);
  if (!outer.ok) return null;
  const { generation, seq, mask, sealed } = outer.value;
  // RULE: rosterLog.generation: a record names a known key; a generation ahead is nobody's to announce (attack A12).
  const rosterKey = keys.find((each) => each.generation === generation);
  if (rosterKey === undefined) return null;
  const key = derivedKey(crypto, rosterKey.key, LABEL, new Writer(40).u53(seq).fixed(mask).finish());
  const plain = committingOpen(crypto, key, NONCE, aadOf(roomTag, generation, seq), sealed);
  if (plain === null) return null;
  const unpadded = unpad(plain);
  if (unpadded === null) return null;
  const content = decode(unpadded, contentLayout.read);
  return content.ok ? { ...content.value, generation, seq } : null;
}

/** The generation that a record says it is sealed under; null for bytes that are no record. */
export function generationOf(record: Uint8Array): number | null {
  if (record.length < 4) return null;
  return new DataView(record.buffer, record.byteOffset).getUint32(0);
}

/** By what a roster key is known to who does not hold it: the first entry of a generation names the key before so. */
export function rosterKeyCheck(crypto: Crypto, key: Uint8Array): Uint8Array {
  return labelledHash(crypto, "conclave/roster-key-check/v1", key);
}

function maskOf(crypto: Crypto, contentHash: Uint8Array): Uint8Array {
  return crypto.hash("sha256", contentHash);
}

function recordKey(crypto: Crypto, key: Uint8Array, seq: number, contentHash: Uint8Array): Uint8Array {
  return derivedKey(crypto, key, LABEL, new Writer(40).u53(seq).fixed(maskOf(crypto, contentHash)).finish());
}

function aadOf(roomTag: RoomTag, generation: number, seq: number): Uint8Array {
  return new Writer(96).text(LABEL).fixed(roomTag).u32(generation).u53(seq).finish();
}
