import { readId, SIGNATURE_BYTES, writeFixed, writeId } from "./field.js";
import type { FrameCodec } from "./frameCodec.js";

/** Proves that an inbox is one's own; from then on `inboxChanged` is pushed when something arrives. Answer: `done`. */
export interface ProveInboxRequest {
  readonly type: "proveInbox";
  readonly id: number;
  /** Ed25519; the inbox's id is `inboxIdOf(inboxPub)`. */
  readonly inboxPub: Uint8Array;
  /** Over `inboxProofBytes(challenge, inboxId)`. */
  readonly signature: Uint8Array;
}

/** Reads the inbox's items with a number above `after`; the inbox must be proved. Answer: `inbox`. */
export interface FetchInboxRequest {
  readonly type: "fetchInbox";
  readonly id: number;
  readonly inboxId: Uint8Array;
  readonly after: number;
}

/** Removes the inbox's items up to and including number `upTo`; the inbox must be proved. Answer: `done`. */
export interface ClearInboxRequest {
  readonly type: "clearInbox";
  readonly id: number;
  readonly inboxId: Uint8Array;
  readonly upTo: number;
}

export const proveInboxCodec: FrameCodec<ProveInboxRequest> = {
  number: 32,
  write: (writer, frame) => {
    writer.u32(frame.id);
    writeId(writer, frame.inboxPub);
    writeFixed(writer, frame.signature, SIGNATURE_BYTES);
  },
  read: (reader) => ({
    type: "proveInbox",
    id: reader.u32("request id"),
    inboxPub: readId(reader, "inbox key"),
    signature: reader.fixed(SIGNATURE_BYTES, "signature"),
  }),
};

export const fetchInboxCodec: FrameCodec<FetchInboxRequest> = {
  number: 33,
  write: (writer, frame) => {
    writer.u32(frame.id);
    writeId(writer, frame.inboxId);
    writer.u53(frame.after);
  },
  read: (reader) => ({
    type: "fetchInbox",
    id: reader.u32("request id"),
    inboxId: readId(reader, "inbox id"),
    after: reader.u53("after"),
  }),
};

export const clearInboxCodec: FrameCodec<ClearInboxRequest> = {
  number: 34,
  write: (writer, frame) => {
    writer.u32(frame.id);
    writeId(writer, frame.inboxId);
    writer.u53(frame.upTo);
  },
  read: (reader) => ({
    type: "clearInbox",
    id: reader.u32("request id"),
    inboxId: readId(reader, "inbox id"),
    upTo: reader.u53("up to"),
  }),
};
