import { DecodeError, type Reader, type Writer } from "@conclave/codec";
import { APPEND_ID_BYTES, readId, readKind, writeFixed, writeId, writeKind } from "./field.js";
import type { FrameCodec } from "./frameCodec.js";
import type { RecordContent } from "./record.js";

/** A blob for one inbox, released if and only if the commit it travels with is accepted (attack A97). */
export interface Delivery {
  readonly inboxId: Uint8Array;
  readonly blob: Uint8Array;
}

/** An invite's slot as a member puts it. `tokenPub` may not change for an existing slot. */
export interface SlotContent {
  readonly slotId: Uint8Array;
  /** Ed25519; who proves it may post requests and append one external commit. */
  readonly tokenPub: Uint8Array;
  readonly blob: Uint8Array;
}

/** On what ground the sender may append: a write key or a slot token, proved before on this connection. */
export type AppendGround =
  | { readonly by: "member" }
  /** An external commit: no deliveries, no slots. */
  | { readonly by: "slot"; readonly slotId: Uint8Array };

/** Adds one record to a room's log. Answer: `appended`. */
export interface AppendRequest extends RecordContent {
  readonly type: "append";
  readonly id: number;
  readonly roomTag: Uint8Array;
  /** 16 random bytes. The same append may be sent again, on any connection: it is appended once. */
  readonly appendId: Uint8Array;
  /** The log position of the newest commit record the sender has seen, valid or not; 0 for none. Compare-and-append. */
  readonly lastCommit: number;
  readonly ground: AppendGround;
  /** The Ed25519 public key that proves membership in the epoch a commit leads to. Null in a message. */
  readonly nextWriteKey: Uint8Array | null;
  /** Commits only. */
  readonly deliveries: readonly Delivery[];
  /** Commits only. */
  readonly slots: readonly SlotContent[];
}

export function writeSlotContent(writer: Writer, slot: SlotContent): void {
  writeId(writer, slot.slotId);
  writeId(writer, slot.tokenPub);
  writer.opaque(slot.blob);
}

export function readSlotContent(reader: Reader): SlotContent {
  const slotId = readId(reader, "slot id");
  return { slotId, tokenPub: readId(reader, "token key"), blob: reader.opaque(undefined, "slot blob") };
}

export const appendCodec: FrameCodec<AppendRequest> = {
  number: 3,
  write: (writer, frame) => {
    writer.u32(frame.id);
    writeId(writer, frame.roomTag);
    writeFixed(writer, frame.appendId, APPEND_ID_BYTES);
    writeKind(writer, frame.kind);
    writer.u53(frame.epoch).u53(frame.lastCommit).opaque(frame.payload).opaque(frame.attachment);
    writer.optional(frame.ground.by === "slot" ? frame.ground.slotId : null, writeId);
    writer.optional(frame.nextWriteKey, writeId);
    writer.vector(frame.deliveries, (w, delivery) => {
      writeId(w, delivery.inboxId);
      w.opaque(delivery.blob);
    });
    writer.vector(frame.slots, writeSlotContent);
  },
  read: (reader) => {
    const frame: AppendRequest = {
      type: "append",
      id: reader.u32("request id"),
      roomTag: readId(reader, "room tag"),
      appendId: reader.fixed(APPEND_ID_BYTES, "append id"),
      kind: readKind(reader),
      epoch: reader.u53("epoch"),
      lastCommit: reader.u53("last commit"),
      payload: reader.opaque(undefined, "payload"),
      attachment: reader.opaque(undefined, "attachment"),
      ground: readGround(reader),
      nextWriteKey: reader.optional(readId, "next write key"),
      deliveries: reader.vector(readDelivery, undefined, "deliveries"),
      slots: reader.vector(readSlotContent, undefined, "slots"),
    };
    checkForm(frame);
    return frame;
  },
};

function readGround(reader: Reader): AppendGround {
  const slotId = reader.optional(readId, "slot id");
  return slotId === null ? { by: "member" } : { by: "slot", slotId };
}

function readDelivery(reader: Reader): Delivery {
  return { inboxId: readId(reader, "inbox id"), blob: reader.opaque(undefined, "delivery") };
}

function checkForm(frame: AppendRequest): void {
  // RULE: wire.append-form: only a commit brings a write key, deliveries, slots or a roster record, and a holder of a mere
  // invite brings no deliveries and no slots, so a link cannot poison other people's slots or inboxes (attacks A42, A97).
  const extras = frame.deliveries.length + frame.slots.length;
  const commit = frame.kind === "commit";
  if (commit !== (frame.nextWriteKey !== null)) throw new DecodeError("bad_value", "next write key");
  if (!commit && (extras > 0 || frame.attachment.length > 0 || frame.ground.by === "slot")) {
    throw new DecodeError("bad_value", "message append");
  }
  if (frame.ground.by === "slot" && extras > 0) throw new DecodeError("bad_value", "external commit");
}
