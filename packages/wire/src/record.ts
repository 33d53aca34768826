import { concatBytes, DecodeError, utf8Bytes, Writer, type Reader } from "@conclave/codec";
import { readId, readKind, writeId, writeKind, type RecordKind } from "./field.js";

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

/** What is left of a message whose payload the relay's retention has removed: enough to go on with the log head. */
export interface PrunedRecord {
  readonly n: number;
  readonly kind: RecordKind;
  readonly epoch: number;
  readonly time: number;
  readonly pruned: true;
  readonly recordHash: Uint8Array;
}

/** What a page of the log consists of. */
export type LogItem = LogRecord | PrunedRecord;

/** One sealed roster record, in the order of the commits that carried them; index 0 is the charter's. */
export interface RosterRecord {
  readonly index: number;
  /** The log position of the commit it came with; 0 for the charter. */
  readonly n: number;
  readonly attachment: Uint8Array;
}

/** `recordHash = SHA-256({ "conclave/record/v1", roomTag, kind, epoch, payload, attachment })` (docs/protocol.md §6). */
export function recordHash(sha256: Sha256, roomTag: Uint8Array, record: RecordContent): Uint8Array {
  const writer = scratch.clear().text("conclave/record/v1");
  writeId(writer, roomTag);
  writeKind(writer, record.kind);
  writer.u53(record.epoch).opaque(record.payload).opaque(record.attachment);
  return sha256(writer.finish());
}

// Hashed for every record there is: one buffer serves them all.
const scratch = new Writer(1024);

/** The log head of an empty log: `SHA-256("conclave/log/v1" || roomTag)`. */
export function firstLogHead(sha256: Sha256, roomTag: Uint8Array): Uint8Array {
  return sha256(concatBytes(utf8Bytes("conclave/log/v1"), roomTag));
}

/** `head_n = SHA-256(head_{n-1} || recordHash_n)`. */
export function nextLogHead(sha256: Sha256, head: Uint8Array, hash: Uint8Array): Uint8Array {
  return sha256(concatBytes(head, hash));
}

/** The record hash of a page's item: computed, or as the relay gave it for a pruned one (the head convicts a lie). */
export function itemHash(sha256: Sha256, roomTag: Uint8Array, item: LogItem): Uint8Array {
  return item.pruned ? item.recordHash : recordHash(sha256, roomTag, item);
}

export function writeLogItem(writer: Writer, item: LogItem): void {
  writer.u53(item.n);
  writeKind(writer, item.kind);
  writer.u53(item.epoch).u53(item.time).bool(item.pruned);
  if (item.pruned) writeId(writer, item.recordHash);
  else writer.opaque(item.payload).opaque(item.attachment);
}

export function readLogItem(reader: Reader): LogItem {
  const n = reader.u53("n");
  if (n === 0) throw new DecodeError("bad_value", "n");
  const common = { n, kind: readKind(reader), epoch: reader.u53("epoch"), time: reader.u53("time") };
  if (reader.bool("pruned")) return { ...common, pruned: true, recordHash: readId(reader, "record hash") };
  const payload = reader.opaque(undefined, "payload");
  return { ...common, pruned: false, payload, attachment: reader.opaque(undefined, "attachment") };
}

export function writeRosterRecord(writer: Writer, record: RosterRecord): void {
  writer.u53(record.index).u53(record.n).opaque(record.attachment);
}

export function readRosterRecord(reader: Reader): RosterRecord {
  return { index: reader.u53("index"), n: reader.u53("n"), attachment: reader.opaque(undefined, "attachment") };
}
