import type { Crypto, KeyPair } from "@conclave/crypto";
import { type SlotId, slotIdOfToken } from "@conclave/wire";
import { derivedKey } from "../encoding/digest.js";
import { INVITE_ID_BYTES, InviteId, type RoomId } from "../encoding/ids.js";

/** All that an invite's secret gives (docs/protocol.md §7). The secret itself is only in the link. */
export interface InviteKeys {
  readonly inviteId: InviteId;
  /** Ed25519 seed: proves the invite to the members. */
  readonly joinSeed: Uint8Array;
  /** X25519: opens the slot. */
  readonly slot: KeyPair;
  /** Ed25519 seed: proves the invite to the relay. */
  readonly tokenSeed: Uint8Array;
  readonly joinPub: Uint8Array;
  readonly tokenPub: Uint8Array;
  /** Where the slot is at the relay. */
  readonly slotId: SlotId;
}

/** The keys of an invite's secret, in one room. */
export function inviteKeys(crypto: Crypto, roomId: RoomId, secret: Uint8Array): InviteKeys {
  const key = (purpose: string) => derivedKey(crypto, secret, `conclave/invite/${purpose}/v1`, roomId);
  const inviteId = InviteId.of(key("id").slice(0, INVITE_ID_BYTES));
  const [joinSeed, tokenSeed] = [key("join"), key("token")];
  const tokenPub = crypto.ed25519PublicKey(tokenSeed);
  return {
    inviteId,
    joinSeed,
    tokenSeed,
    slot: crypto.kemDeriveKeyPair("x25519", key("slot")),
    joinPub: crypto.ed25519PublicKey(joinSeed),
    tokenPub,
    slotId: slotIdOf(crypto, tokenPub),
  };
}

/** Where the slot of an invite or a door is at the relay, by its token (Ed25519): whoever has the link knows it, and so do members. */
export function slotIdOf(crypto: Crypto, tokenPub: Uint8Array): SlotId {
  return slotIdOfToken((data) => crypto.hash("sha256", data), tokenPub);
}
