import { decode, encode } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { openSealed, sealTo } from "../encoding/sealing.js";
import { HASH_BYTES, isSignedBy, KEY_BYTES, signBody, splitSigned } from "../encoding/signed.js";
import type { Primitives } from "../encoding/primitives.js";

/** A member's signed no to one request (docs/protocol.md §7, ask). It changes nothing in the room, and binds nobody else. */
export interface Decline {
  readonly roomId: Uint8Array;
  /** The leaf that asked: a no to one request is none to another. */
  readonly asked: Uint8Array;
  /** Who said it, and their leaf. */
  readonly person: Uint8Array;
  readonly leaf: Uint8Array;
  /** Their clock, ms. */
  readonly time: number;
}

const LABEL = "conclave/decline/v1";
const LONGEST = 256;

/** Signs a no and seals it to the reply key of the request. Null when that key is unusable. */
export function sealDecline(
  primitives: Primitives,
  { roomTag, replyPub, leafSeed }: { roomTag: Uint8Array; replyPub: Uint8Array; leafSeed: Uint8Array },
  decline: Decline,
): Uint8Array | null {
  const body = encode(decline, (w, d) => w.fixed(d.roomId).fixed(d.asked).fixed(d.person).fixed(d.leaf).u53(d.time));
  const signed = signBody(primitives.crypto, leafSeed, LABEL, body);
  return sealTo(primitives, { label: LABEL, roomTag }, replyPub, signed);
}

/** The no, when it was sealed to this reply key and the leaf that it names signed it; else null. Whose leaf that is stays to be asked. */
export function openDecline(
  crypto: Crypto,
  roomTag: Uint8Array,
  replyKey: Uint8Array,
  blob: Uint8Array,
): Decline | null {
  const content = openSealed(crypto, { label: LABEL, roomTag }, replyKey, blob);
  const signed = content === null ? null : splitSigned(content, LONGEST);
  if (signed === null) return null;
  const decoded = decode(signed.body, (r) => ({
    roomId: r.fixed(HASH_BYTES),
    asked: r.fixed(KEY_BYTES),
    person: r.fixed(KEY_BYTES),
    leaf: r.fixed(KEY_BYTES),
    time: r.u53(),
  }));
  return decoded.ok && isSignedBy(crypto, decoded.value.leaf, LABEL, signed) ? decoded.value : null;
}
