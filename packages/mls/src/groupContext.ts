import { type Reader, Writer } from "@conclave/codec";
import { type Extension, readExtensions, writeExtensions } from "./extension.js";

/** What all members of an epoch agree on (RFC 9420 §8.1). */
export interface GroupContext {
  readonly version: number;
  readonly cipherSuite: number;
  readonly groupId: Uint8Array;
  readonly epoch: bigint;
  readonly treeHash: Uint8Array;
  readonly confirmedTranscriptHash: Uint8Array;
  readonly extensions: readonly Extension[];
}

export function writeGroupContext(writer: Writer, context: GroupContext): Writer {
  writer.u16(context.version).u16(context.cipherSuite).opaque(context.groupId).u64(context.epoch);
  return writeExtensions(writer.opaque(context.treeHash).opaque(context.confirmedTranscriptHash), context.extensions);
}

export function readGroupContext(reader: Reader): GroupContext {
  return {
    version: reader.u16(),
    cipherSuite: reader.u16(),
    groupId: reader.opaque(),
    epoch: reader.u64(),
    treeHash: reader.opaque(),
    confirmedTranscriptHash: reader.opaque(),
    extensions: readExtensions(reader),
  };
}

export function encodeGroupContext(context: GroupContext): Uint8Array {
  return writeGroupContext(scratch.clear(), context).finish();
}

const scratch = new Writer(1024);
