import type { Reader, Writer } from "@conclave/codec";
import { readId, writeId } from "./field.js";
import type { FrameCodec } from "./frameCodec.js";

/** One version of a slot. */
export interface SlotResponse {
  readonly type: "slot";
  readonly id: number;
  readonly blob: Uint8Array;
  /** Length of the log when this version was put: read the log from the record after it. */
  readonly n: number;
  /** The relay's clock in ms, informative. */
  readonly time: number;
  /** How many versions the relay keeps now (1 to 3). */
  readonly versions: number;
}

/** The request is stored under this number. */
export interface PostedResponse {
  readonly type: "posted";
  readonly id: number;
  readonly request: number;
}

/** A join request as it was left. */
export interface JoinRequestItem {
  readonly request: number;
  readonly slotId: Uint8Array;
  readonly blob: Uint8Array;
  /** The relay's clock in ms, informative. */
  readonly time: number;
}

/** A page of join requests, oldest first. */
export interface RequestsResponse {
  readonly type: "requests";
  readonly id: number;
  readonly requests: readonly JoinRequestItem[];
  /** Whether there are more after the last one. */
  readonly more: boolean;
}

/** A delivery that came with an accepted commit. */
export interface InboxItem {
  readonly item: number;
  readonly roomTag: Uint8Array;
  /** Log position of the commit that released it. */
  readonly n: number;
  readonly blob: Uint8Array;
}

/** A page of an inbox, oldest first. */
export interface InboxResponse {
  readonly type: "inbox";
  readonly id: number;
  readonly items: readonly InboxItem[];
  readonly more: boolean;
}

export const slotCodec: FrameCodec<SlotResponse> = {
  number: 144,
  write: (writer, frame) => {
    writer.u32(frame.id).opaque(frame.blob).u53(frame.n).u53(frame.time).u8(frame.versions);
  },
  read: (reader) => ({
    type: "slot",
    id: reader.u32("request id"),
    blob: reader.opaque(undefined, "slot blob"),
    n: reader.u53("n"),
    time: reader.u53("time"),
    versions: reader.u8("versions"),
  }),
};

export const postedCodec: FrameCodec<PostedResponse> = {
  number: 145,
  write: (writer, frame) => writer.u32(frame.id).u53(frame.request),
  read: (reader) => ({ type: "posted", id: reader.u32("request id"), request: reader.u53("request") }),
};

export const requestsCodec: FrameCodec<RequestsResponse> = {
  number: 146,
  write: (writer, frame) => {
    writer.u32(frame.id).vector(frame.requests, writeJoinRequest).bool(frame.more);
  },
  read: (reader) => ({
    type: "requests",
    id: reader.u32("request id"),
    requests: reader.vector(readJoinRequest, undefined, "requests"),
    more: reader.bool("more"),
  }),
};

export const inboxCodec: FrameCodec<InboxResponse> = {
  number: 147,
  write: (writer, frame) => {
    writer.u32(frame.id).vector(frame.items, writeInboxItem).bool(frame.more);
  },
  read: (reader) => ({
    type: "inbox",
    id: reader.u32("request id"),
    items: reader.vector(readInboxItem, undefined, "inbox items"),
    more: reader.bool("more"),
  }),
};

function writeJoinRequest(writer: Writer, item: JoinRequestItem): void {
  writer.u53(item.request);
  writeId(writer, item.slotId);
  writer.opaque(item.blob).u53(item.time);
}

function readJoinRequest(reader: Reader): JoinRequestItem {
  return {
    request: reader.u53("request"),
    slotId: readId(reader, "slot id"),
    blob: reader.opaque(undefined, "request blob"),
    time: reader.u53("time"),
  };
}

function writeInboxItem(writer: Writer, item: InboxItem): void {
  writer.u53(item.item);
  writeId(writer, item.roomTag);
  writer.u53(item.n).opaque(item.blob);
}

function readInboxItem(reader: Reader): InboxItem {
  return {
    item: reader.u53("item"),
    roomTag: readId(reader, "room tag"),
    n: reader.u53("n"),
    blob: reader.opaque(undefined, "delivery"),
  };
}
