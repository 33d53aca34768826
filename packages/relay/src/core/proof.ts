import type { SignatureCheck } from "@conclave/crypto";
import {
  inboxIdOf,
  inboxProofBytes,
  slotProofBytes,
  writeProofBytes,
  type ClientFrame,
  type Sha256,
} from "@conclave/wire";

/**
 * The signature that carrying out a frame may verify, so that it can be checked before, on another thread; null for frames
 * without a proof. It decides nothing: the request verifies by itself what is signed, and by which key.
 */
export function proofIn(frame: ClientFrame, challenge: Uint8Array, sha256: Sha256): SignatureCheck | null {
  switch (frame.type) {
    case "prove": {
      const { writeKey, roomTag, epoch, signature } = frame;
      return { publicKey: writeKey, message: writeProofBytes(challenge, roomTag, epoch), signature };
    }
    case "proveSlot": {
      const { tokenPub, roomTag, slotId, signature } = frame;
      return { publicKey: tokenPub, message: slotProofBytes(challenge, roomTag, slotId), signature };
    }
    case "proveInbox": {
      const { inboxPub, signature } = frame;
      return { publicKey: inboxPub, message: inboxProofBytes(challenge, inboxIdOf(sha256, inboxPub)), signature };
    }
    default:
      return null;
  }
}
