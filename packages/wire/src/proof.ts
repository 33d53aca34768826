import { concatBytes, struct, u53, utf8Bytes } from "@conclave/codec";
import { id32, labelled } from "./field.js";
import { InboxId, RoomTag, SlotId } from "./ids.js";
import type { Sha256 } from "./record.js";

const writeProof = labelled("conclave/write-proof/v1", struct({ challenge: id32, roomTag: RoomTag, epoch: u53 }));
const slotProof = labelled("conclave/slot-proof/v1", struct({ challenge: id32, roomTag: RoomTag, slotId: SlotId }));
const inboxProof = labelled("conclave/inbox-proof/v1", struct({ challenge: id32, inboxId: InboxId }));

/**
 * What a client signs with a room's write key to prove to the relay that it is a current member, without saying which.
 * `challenge` is the one of this connection's `Welcome`, so a proof is worth nothing on another connection.
 */
export function writeProofBytes(challenge: Uint8Array, roomTag: RoomTag, epoch: number): Uint8Array {
  return writeProof({ challenge, roomTag, epoch });
}

/** What the holder of an invite signs with the slot's token key. */
export function slotProofBytes(challenge: Uint8Array, roomTag: RoomTag, slotId: SlotId): Uint8Array {
  return slotProof({ challenge, roomTag, slotId });
}

/** What the owner of an inbox signs with the inbox key. */
export function inboxProofBytes(challenge: Uint8Array, inboxId: InboxId): Uint8Array {
  return inboxProof({ challenge, inboxId });
}

/**
 * `slotId = SHA-256("conclave/slot-id/v1" || tokenPub)`: so anyone who opens a slot opens it with its own token, and nobody takes the
 * place of another's by being quicker.
 */
export function slotIdOfToken(sha256: Sha256, tokenPub: Uint8Array): SlotId {
  return SlotId.of(sha256(concatBytes(utf8Bytes("conclave/slot-id/v1"), tokenPub)));
}

/** `inboxId = SHA-256("conclave/inbox/v1" || inboxPub)`. */
export function inboxIdOf(sha256: Sha256, inboxPub: Uint8Array): InboxId {
  return InboxId.of(sha256(concatBytes(utf8Bytes("conclave/inbox/v1"), inboxPub)));
}
