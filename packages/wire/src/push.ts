import { readId, writeId } from "./field.js";
import type { FrameCodec } from "./frameCodec.js";
import { readLogItem, writeLogItem, type LogItem } from "./record.js";

/** New records of a subscribed room, in order and without gaps. */
export interface RecordsPush {
  readonly type: "records";
  readonly roomTag: Uint8Array;
  readonly items: readonly LogItem[];
}

/** The client read too slowly, and this subscription has ended. Subscribe again from `fromN` when there is room. */
export interface LaggedPush {
  readonly type: "lagged";
  readonly roomTag: Uint8Array;
  /** The first record that was not pushed. */
  readonly fromN: number;
}

/** A join request arrived in a subscribed room; `listRequests` shows it to proved members. */
export interface RequestsChangedPush {
  readonly type: "requestsChanged";
  readonly roomTag: Uint8Array;
}

/** Something arrived in an inbox that this connection has proved. */
export interface InboxChangedPush {
  readonly type: "inboxChanged";
  readonly inboxId: Uint8Array;
}

/** The relay is about to close this connection; come back after `retryAfter` ms. */
export interface GoodbyePush {
  readonly type: "goodbye";
  readonly retryAfter: number;
}

export const recordsCodec: FrameCodec<RecordsPush> = {
  number: 192,
  write: (writer, frame) => {
    writeId(writer, frame.roomTag);
    writer.vector(frame.items, writeLogItem);
  },
  read: (reader) => ({
    type: "records",
    roomTag: readId(reader, "room tag"),
    items: reader.vector(readLogItem, undefined, "records"),
  }),
};

export const laggedCodec: FrameCodec<LaggedPush> = {
  number: 193,
  write: (writer, frame) => {
    writeId(writer, frame.roomTag);
    writer.u53(frame.fromN);
  },
  read: (reader) => ({ type: "lagged", roomTag: readId(reader, "room tag"), fromN: reader.u53("from n") }),
};

export const requestsChangedCodec: FrameCodec<RequestsChangedPush> = {
  number: 194,
  write: (writer, frame) => {
    writeId(writer, frame.roomTag);
  },
  read: (reader) => ({ type: "requestsChanged", roomTag: readId(reader, "room tag") }),
};

export const inboxChangedCodec: FrameCodec<InboxChangedPush> = {
  number: 195,
  write: (writer, frame) => {
    writeId(writer, frame.inboxId);
  },
  read: (reader) => ({ type: "inboxChanged", inboxId: readId(reader, "inbox id") }),
};

export const goodbyeCodec: FrameCodec<GoodbyePush> = {
  number: 196,
  write: (writer, frame) => writer.u32(frame.retryAfter),
  read: (reader) => ({ type: "goodbye", retryAfter: reader.u32("retry after") }),
};
