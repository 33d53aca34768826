import { DecodeError, fixed, list, mapped, opaque, optional, struct, u53, type Of } from "@conclave/codec";
import { APPEND_ID_BYTES, id32, inRoom, recordKind } from "./field.js";
import { frame, type FrameCodec } from "./frameCodec.js";
import { InboxId, SlotId } from "./ids.js";

/** A blob for one inbox, released if and only if the commit it travels with is accepted (attack A97). */
export type Delivery = Of<typeof delivery>;
export const delivery = struct({
  inboxId: InboxId,
  blob: opaque(),
});

/** An invite's slot as a member puts it. `tokenPub` may not change for an existing slot. */
export type SlotContent = Of<typeof slotContent>;
export const slotContent = struct({
  slotId: SlotId,
  /** Ed25519; a client that proves it can post requests and append one external commit. */
  tokenPub: id32,
  blob: opaque(),
});

/** What gives the sender the right to append: a write key or a slot token, proved before on this connection. */
export type AppendGround =
  | { readonly by: "member" }
  /** An external commit: no deliveries, no slots. */
  | { readonly by: "slot"; readonly slotId: SlotId };

const ground = mapped(
  optional(SlotId),
  (slotId): AppendGround => (slotId === null ? { by: "member" } : { by: "slot", slotId }),
  (value) => (value.by === "slot" ? value.slotId : null),
);

const layout = frame("append", 3, {
  ...inRoom,
  /** 16 random bytes. The same append may be sent again, on any connection: it is appended once. */
  appendId: fixed(APPEND_ID_BYTES),
  kind: recordKind,
  /** The MLS epoch in which the payload was made. */
  epoch: u53,
  /** The log position of the newest commit record the sender has seen, valid or not; 0 for none. Compare-and-append. */
  lastCommit: u53,
  /** The sealed envelope. */
  payload: opaque(),
  /** The sealed roster record; empty unless a commit carries a roster entry. */
  attachment: opaque(),
  ground,
  /** The Ed25519 public key that proves membership in the epoch a commit leads to. Null in a message. */
  nextWriteKey: optional(id32),
  /** Commits only. */
  deliveries: list(delivery),
  /** Commits only. */
  slots: list(slotContent),
});

/** Adds one record to a room's log. Answer: `appended`. */
export type AppendRequest = Of<typeof layout>;
export const append: FrameCodec<AppendRequest> = {
  ...layout,
  read: (reader) => {
    const request = layout.read(reader);
    checkForm(request);
    return request;
  },
};

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
