import { struct, u53 } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import type { RoomTag } from "@conclave/wire";
import { LeafKey, PersonId, RoomId } from "../encoding/ids.js";
import { openSealed, sealTo } from "../encoding/sealing.js";
import { SignedLayout } from "../encoding/signed.js";
import type { Provider } from "../encoding/provider.js";

/** A member's signed no to one request (docs/protocol.md §7, ask). It changes nothing in the room, and binds nobody else. */
export interface Decline {
  readonly roomId: RoomId;
  /** The leaf that asked: a no to one request is none to another. */
  readonly asked: LeafKey;
  /** Who said it, and their leaf. */
  readonly person: PersonId;
  readonly leaf: LeafKey;
  /** Their clock, ms. */
  readonly time: number;
}

const LABEL = "conclave/decline/v1";
const layout = new SignedLayout<Decline>(
  LABEL,
  256,
  struct<Decline>({ roomId: RoomId, asked: LeafKey, person: PersonId, leaf: LeafKey, time: u53 }),
);

/** Signs a no and seals it to the reply key of the request. Null when that key is unusable. */
export function sealDecline(
  primitives: Provider,
  { roomTag, replyPub, leafSeed }: { roomTag: RoomTag; replyPub: Uint8Array; leafSeed: Uint8Array },
  decline: Decline,
): Uint8Array | null {
  return sealTo(primitives, { label: LABEL, roomTag }, replyPub, layout.sign(primitives.crypto, leafSeed, decline));
}

/** The no, when it was sealed to this reply key and the leaf that it names signed it; else null. Whose leaf that is stays to be asked. */
export function openDecline(crypto: Crypto, roomTag: RoomTag, replyKey: Uint8Array, blob: Uint8Array): Decline | null {
  const content = openSealed(crypto, { label: LABEL, roomTag }, replyKey, blob);
  return content && layout.open(crypto, content, ({ leaf }) => leaf);
}
