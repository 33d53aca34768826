import { DecodeError, type Reader, type Writer } from "@conclave/codec";
import { RELAY_ERRORS, relayErrorOf, type RelayError } from "./errorCode.js";
import { readId, writeId } from "./field.js";
import type { FrameCodec } from "./frameCodec.js";
import {
  readSignedCommitReceipt,
  readSignedHeadReceipt,
  writeSignedCommitReceipt,
  writeSignedHeadReceipt,
  type CommitReceipt,
  type HeadReceipt,
  type Signed,
} from "./receipt.js";
import {
  readLogItem,
  readRosterRecord,
  writeLogItem,
  writeRosterRecord,
  type LogItem,
  type RosterRecord,
} from "./record.js";

/** The request was carried out, durably, and there is nothing to say about it. */
export interface DoneResponse {
  readonly type: "done";
  readonly id: number;
}

/** Where a room stands; with `stale_epoch` the sender learns how far to catch up. */
export interface RoomPosition {
  /** The newest epoch: one above that of the newest commit. */
  readonly epoch: number;
  /** Length of the log. */
  readonly n: number;
  /** Log position of the newest commit, 0 for none: what `append.lastCommit` is compared with. */
  readonly lastCommit: number;
}

/** The request was refused, and nothing changed. `id` 0 answers a message that could not be read. */
export interface ErrorResponse {
  readonly type: "error";
  readonly id: number;
  readonly error: RelayError;
  /** Ms to wait before trying again; 0 when trying again is of no use or may be done at once. */
  readonly retryAfter: number;
  /** With `stale_epoch`, else null. */
  readonly position: RoomPosition | null;
}

/** The room exists from now on (or did, with the same content). */
export interface CreatedResponse {
  readonly type: "created";
  readonly id: number;
  readonly receipt: Signed<HeadReceipt>;
}

/** The record is in the log, durably. */
export interface AppendedResponse {
  readonly type: "appended";
  readonly id: number;
  readonly n: number;
  /** The log head after record `n`. */
  readonly head: Uint8Array;
  /** For a commit; null for a message. */
  readonly receipt: Signed<CommitReceipt> | null;
}

/** A part of the log, without gaps. */
export interface PageResponse {
  readonly type: "page";
  readonly id: number;
  readonly items: readonly LogItem[];
  /** Length of the log now. */
  readonly n: number;
  /** From here on no message is pruned. */
  readonly availableFrom: number;
}

/** A part of the roster log. */
export interface RosterResponse {
  readonly type: "roster";
  readonly id: number;
  readonly records: readonly RosterRecord[];
  /** Length of the roster log now. */
  readonly total: number;
}

/** The subscription is live: each record after `receipt.receipt.n` will be pushed. */
export interface SubscribedResponse {
  readonly type: "subscribed";
  readonly id: number;
  readonly receipt: Signed<HeadReceipt>;
  readonly position: RoomPosition;
  readonly availableFrom: number;
  /** The first page from the requested `fromN` on. */
  readonly items: readonly LogItem[];
}

export const doneCodec: FrameCodec<DoneResponse> = {
  number: 129,
  write: (writer, frame) => writer.u32(frame.id),
  read: (reader) => ({ type: "done", id: reader.u32("request id") }),
};

export const errorCodec: FrameCodec<ErrorResponse> = {
  number: 130,
  write: (writer, frame) => {
    writer.u32(frame.id).u16(RELAY_ERRORS[frame.error]).u32(frame.retryAfter);
    writer.optional(frame.position, writePosition);
  },
  read: (reader) => {
    const id = reader.u32("request id");
    const error = relayErrorOf(reader.u16("error"));
    if (error === null) throw new DecodeError("bad_value", "error");
    return {
      type: "error",
      id,
      error,
      retryAfter: reader.u32("retry after"),
      position: reader.optional(readPosition, "position"),
    };
  },
};

export const createdCodec: FrameCodec<CreatedResponse> = {
  number: 131,
  write: (writer, frame) => {
    writeSignedHeadReceipt(writer.u32(frame.id), frame.receipt);
  },
  read: (reader) => ({ type: "created", id: reader.u32("request id"), receipt: readSignedHeadReceipt(reader) }),
};

export const appendedCodec: FrameCodec<AppendedResponse> = {
  number: 132,
  write: (writer, frame) => {
    writer.u32(frame.id).u53(frame.n);
    writeId(writer, frame.head);
    writer.optional(frame.receipt, writeSignedCommitReceipt);
  },
  read: (reader) => ({
    type: "appended",
    id: reader.u32("request id"),
    n: reader.u53("n"),
    head: readId(reader, "head"),
    receipt: reader.optional(readSignedCommitReceipt, "receipt"),
  }),
};

export const pageCodec: FrameCodec<PageResponse> = {
  number: 133,
  write: (writer, frame) => {
    writer.u32(frame.id).vector(frame.items, writeLogItem).u53(frame.n).u53(frame.availableFrom);
  },
  read: (reader) => ({
    type: "page",
    id: reader.u32("request id"),
    items: reader.vector(readLogItem, undefined, "records"),
    n: reader.u53("n"),
    availableFrom: reader.u53("available from"),
  }),
};

export const rosterCodec: FrameCodec<RosterResponse> = {
  number: 134,
  write: (writer, frame) => {
    writer.u32(frame.id).vector(frame.records, writeRosterRecord).u53(frame.total);
  },
  read: (reader) => ({
    type: "roster",
    id: reader.u32("request id"),
    records: reader.vector(readRosterRecord, undefined, "roster records"),
    total: reader.u53("total"),
  }),
};

export const subscribedCodec: FrameCodec<SubscribedResponse> = {
  number: 135,
  write: (writer, frame) => {
    writeSignedHeadReceipt(writer.u32(frame.id), frame.receipt);
    writePosition(writer, frame.position);
    writer.u53(frame.availableFrom).vector(frame.items, writeLogItem);
  },
  read: (reader) => ({
    type: "subscribed",
    id: reader.u32("request id"),
    receipt: readSignedHeadReceipt(reader),
    position: readPosition(reader),
    availableFrom: reader.u53("available from"),
    items: reader.vector(readLogItem, undefined, "records"),
  }),
};

function writePosition(writer: Writer, position: RoomPosition): void {
  writer.u53(position.epoch).u53(position.n).u53(position.lastCommit);
}

function readPosition(reader: Reader): RoomPosition {
  return { epoch: reader.u53("epoch"), n: reader.u53("n"), lastCommit: reader.u53("last commit") };
}
