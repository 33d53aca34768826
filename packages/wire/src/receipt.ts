import { decode, encode, type Decoded, type Reader, type Writer } from "@conclave/codec";
import { readId, SIGNATURE_BYTES, writeFixed, writeId } from "./field.js";

/** The relay's word that this commit has this place in the log (docs/protocol.md §6). */
export interface CommitReceipt {
  readonly roomTag: Uint8Array;
  /** The epoch the commit was made in (it leads to `epoch + 1`). */
  readonly epoch: number;
  readonly recordHash: Uint8Array;
  readonly n: number;
  /** The log head after this record. */
  readonly head: Uint8Array;
  /** The relay's clock in ms. */
  readonly time: number;
}

/** The relay's word that the log had this length and head at this time. */
export interface HeadReceipt {
  readonly roomTag: Uint8Array;
  readonly n: number;
  readonly head: Uint8Array;
  readonly time: number;
}

/** A receipt and the relay key's Ed25519 signature over {@link commitReceiptBytes} or {@link headReceiptBytes}. */
export interface Signed<R> {
  readonly receipt: R;
  readonly signature: Uint8Array;
}

/** The bytes the relay signs for a commit: label and receipt. Verify with `ed25519Verify(relayKey, bytes, signature)`. */
export function commitReceiptBytes(receipt: CommitReceipt): Uint8Array {
  return encode(receipt, (writer) => {
    writer.text("conclave/receipt/commit/v1");
    writeCommitReceipt(writer, receipt);
  });
}

/** The bytes the relay signs for a head: label and receipt. */
export function headReceiptBytes(receipt: HeadReceipt): Uint8Array {
  return encode(receipt, (writer) => {
    writer.text("conclave/receipt/head/v1");
    writeHeadReceipt(writer, receipt);
  });
}

/** A signed commit receipt as bytes: how clients store it as evidence. */
export function encodeCommitReceipt(signed: Signed<CommitReceipt>): Uint8Array {
  return encode(signed, writeSignedCommitReceipt);
}

/** Reads what {@link encodeCommitReceipt} wrote. The signature is not verified. */
export function decodeCommitReceipt(bytes: Uint8Array): Decoded<Signed<CommitReceipt>> {
  return decode(bytes, readSignedCommitReceipt);
}

/** A signed head receipt as bytes: how clients store it as evidence. */
export function encodeHeadReceipt(signed: Signed<HeadReceipt>): Uint8Array {
  return encode(signed, writeSignedHeadReceipt);
}

/** Reads what {@link encodeHeadReceipt} wrote. The signature is not verified. */
export function decodeHeadReceipt(bytes: Uint8Array): Decoded<Signed<HeadReceipt>> {
  return decode(bytes, readSignedHeadReceipt);
}

export function writeSignedCommitReceipt(writer: Writer, signed: Signed<CommitReceipt>): void {
  writeCommitReceipt(writer, signed.receipt);
  writeFixed(writer, signed.signature, SIGNATURE_BYTES);
}

export function readSignedCommitReceipt(reader: Reader): Signed<CommitReceipt> {
  const receipt = {
    roomTag: readId(reader, "room tag"),
    epoch: reader.u53("epoch"),
    recordHash: readId(reader, "record hash"),
    n: reader.u53("n"),
    head: readId(reader, "head"),
    time: reader.u53("time"),
  };
  return { receipt, signature: reader.fixed(SIGNATURE_BYTES, "signature") };
}

export function writeSignedHeadReceipt(writer: Writer, signed: Signed<HeadReceipt>): void {
  writeHeadReceipt(writer, signed.receipt);
  writeFixed(writer, signed.signature, SIGNATURE_BYTES);
}

export function readSignedHeadReceipt(reader: Reader): Signed<HeadReceipt> {
  const receipt = {
    roomTag: readId(reader, "room tag"),
    n: reader.u53("n"),
    head: readId(reader, "head"),
    time: reader.u53("time"),
  };
  return { receipt, signature: reader.fixed(SIGNATURE_BYTES, "signature") };
}

function writeCommitReceipt(writer: Writer, receipt: CommitReceipt): void {
  writeId(writer, receipt.roomTag);
  writer.u53(receipt.epoch);
  writeId(writer, receipt.recordHash);
  writer.u53(receipt.n);
  writeId(writer, receipt.head);
  writer.u53(receipt.time);
}

function writeHeadReceipt(writer: Writer, receipt: HeadReceipt): void {
  writeId(writer, receipt.roomTag);
  writer.u53(receipt.n);
  writeId(writer, receipt.head);
  writer.u53(receipt.time);
}
