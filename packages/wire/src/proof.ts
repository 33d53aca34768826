import { concatBytes, encode, utf8Bytes, type Writer } from "@conclave/codec";
import { id32 } from "./field.js";
import type { Sha256 } from "./record.js";

/**
 * What a client signs with a room's write key to prove to the relay that it is a current member, without saying which.
 * `challenge` is the one of this connection's `Welcome`, so a proof is worth nothing on another connection.
 */
export function writeProofBytes(challenge: Uint8Array, roomTag: Uint8Array, epoch: number): Uint8Array {
  return proofBytes("conclave/write-proof/v1", challenge, (writer) => {
    id32.write(writer, roomTag);
    writer.u53(epoch);
  });
}

/** What the holder of an invite signs with the slot's token key. */
export function slotProofBytes(challenge: Uint8Array, roomTag: Uint8Array, slotId: Uint8Array): Uint8Array {
  return proofBytes("conclave/slot-proof/v1", challenge, (writer) => {
    id32.write(writer, roomTag);
    id32.write(writer, slotId);
  });
}

/** What the owner of an inbox signs with the inbox key. */
export function inboxProofBytes(challenge: Uint8Array, inboxId: Uint8Array): Uint8Array {
  return proofBytes("conclave/inbox-proof/v1", challenge, (writer) => {
    id32.write(writer, inboxId);
  });
}

/** `inboxId = SHA-256("conclave/inbox/v1" || inboxPub)`. */
export function inboxIdOf(sha256: Sha256, inboxPub: Uint8Array): Uint8Array {
  return sha256(concatBytes(utf8Bytes("conclave/inbox/v1"), inboxPub));
}

function proofBytes(label: string, challenge: Uint8Array, subject: (writer: Writer) => void): Uint8Array {
  return encode(label, (writer) => {
    // RULE: proof.label: each proof begins with its own label, so none passes as another or as a receipt (attack A101).
    writer.text(label);
    id32.write(writer, challenge);
    subject(writer);
  });
}
