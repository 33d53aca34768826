import {
  checked,
  concatBytes,
  encode,
  fromHex,
  opaque,
  stored,
  struct,
  u53,
  utf8Bytes,
  Writer,
  type Codec,
} from "@conclave/codec";
import { id32, recordKind, type RecordKind } from "./field.js";
import { ID_BYTES, type RoomTag } from "./ids.js";

/** SHA-256, passed in because this package is pure and has no primitives. */
export type Sha256 = (data: Uint8Array) => Uint8Array;

/** What the log's hash covers of a record. */
export interface RecordContent {
  readonly kind: RecordKind;
  /** The MLS epoch in which the payload was made. */
  readonly epoch: number;
  /** The sealed envelope. */
  readonly payload: Uint8Array;
  /** The sealed roster record; empty unless a commit carries a roster entry. */
  readonly attachment: Uint8Array;
}

/** One record of a room's log (docs/protocol.md §6). */
export interface LogRecord extends RecordContent {
  /** Position in the log: 1, 2, … without gaps. */
  readonly n: number;
  /** The relay's clock in ms, informative: no decision may rest on it. */
  readonly time: number;
  readonly pruned: false;
}

/** What a record's hash is made of: it proves kind and epoch of a record whose bytes are gone. */
export interface RecordDigest {
  readonly kind: RecordKind;
  readonly epoch: number;
  /** SHA-256 of the payload, and of the attachment. */
  readonly payloadHash: Uint8Array;
  readonly attachmentHash: Uint8Array;
}

/** What is left of a message whose payload the relay's retention has removed: enough to go on with the log head. */
export interface PrunedRecord extends RecordDigest {
  readonly n: number;
  readonly time: number;
  readonly pruned: true;
}

/** What a page of the log consists of. */
export type LogItem = LogRecord | PrunedRecord;

/**
 * The SHA-256 of the roster record that a sealed one follows, which stands at its beginning, in the clear (docs/protocol.md §4,
 * Roster log). Null for bytes that are too short to name one.
 */
export function recordBefore(record: Uint8Array): Uint8Array | null {
  return record.length < ID_BYTES ? null : record.subarray(0, ID_BYTES);
}

/** The two hashes under which a record is hashed. */
export function recordDigest(sha256: Sha256, { kind, epoch, payload, attachment }: RecordContent): RecordDigest {
  // Of most records: a message has none.
  const attachmentHash = attachment.length === 0 ? HASH_OF_NOTHING : sha256(attachment);
  return { kind, epoch, payloadHash: sha256(payload), attachmentHash };
}

/**
 * `SHA-256({ "conclave/record/v1", roomTag, kind, epoch, SHA-256(payload), SHA-256(attachment) })` (docs/protocol.md §6).
 */
export function digestHash(sha256: Sha256, roomTag: RoomTag, digest: RecordDigest): Uint8Array {
  // RULE: wire.hash-proves-kind: the hash covers kind and epoch beside the hashes of the bytes, so a record without its bytes
  // still proves what it was: a commit cannot pass for a message that was deleted (docs/protocol.md §6, attack A110).
  const writer = scratch.clear().opaque(RECORD_LABEL);
  id32.write(writer, roomTag);
  hashed.write(writer, digest);
  return sha256(writer.peek());
}

/** The {@link digestHash} of a record that is there with its bytes. */
export function recordHash(sha256: Sha256, roomTag: RoomTag, record: RecordContent): Uint8Array {
  return digestHash(sha256, roomTag, recordDigest(sha256, record));
}

const hashed = struct<RecordDigest>({ kind: recordKind, epoch: u53, payloadHash: id32, attachmentHash: id32 });
// Hashed for every record there is: one buffer serves them all.
const scratch = new Writer(256);
const RECORD_LABEL = utf8Bytes("conclave/record/v1");
/** SHA-256 of no bytes. */
const HASH_OF_NOTHING = fromHex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");

/** The log head of an empty log: `SHA-256("conclave/log/v1" || roomTag)`. */
export function firstLogHead(sha256: Sha256, roomTag: RoomTag): Uint8Array {
  return sha256(concatBytes(utf8Bytes("conclave/log/v1"), roomTag));
}

/** `head_n = SHA-256(head_{n-1} || recordHash_n)`. */
export function nextLogHead(sha256: Sha256, head: Uint8Array, hash: Uint8Array): Uint8Array {
  return sha256(concatBytes(head, hash));
}

/** The record hash of a page's item, of its bytes or of the hashes that are left of them. */
export function itemHash(sha256: Sha256, roomTag: RoomTag, item: LogItem): Uint8Array {
  return item.pruned ? digestHash(sha256, roomTag, item) : recordHash(sha256, roomTag, item);
}

const place = struct({ n: checked(u53, (n) => n > 0), kind: recordKind, epoch: u53, time: u53 });
const whole = struct({ payload: opaque(), attachment: opaque() });
const left = struct({ payloadHash: id32, attachmentHash: id32 });

export const logItem: Codec<LogItem> = {
  read: (reader) => {
    const item = place.read(reader);
    return reader.bool("pruned")
      ? { ...item, pruned: true, ...left.read(reader) }
      : { ...item, pruned: false, ...whole.read(reader) };
  },
  write: (writer, item) => {
    place.write(writer, item);
    writer.bool(item.pruned);
    if (item.pruned) left.write(writer, item);
    else whole.write(writer, item);
  },
};

/** A record as bytes: how clients keep it. */
export function encodeLogItem(item: LogItem): Uint8Array {
  return encode(item, logItem.write);
}

/** Reads what {@link encodeLogItem} wrote. @throws TypeError for damaged bytes */
export function decodeLogItem(bytes: Uint8Array): LogItem {
  return stored("log item", bytes, logItem);
}
