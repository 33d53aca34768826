import { choice, equalBytes, struct, u53, versioned } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import type { InboxId } from "@conclave/wire";
import { inboxIdOf, type RoomTag, type SlotId } from "@conclave/wire";
import { derivedKey } from "../encoding/digest.js";
import { InviteId, LeafKey, RoomId } from "../encoding/ids.js";
import type { Provider } from "../encoding/provider.js";
import { openSealed, sealTo } from "../encoding/sealing.js";
import { bytes32, SignedLayout } from "../encoding/signed.js";
import { type LogPlace, logPlaceLayout } from "../evidence/logMemory.js";
import { inviteKeys, type InviteKeys, slotIdOf } from "./inviteKeys.js";

/**
 * Why a device cannot go on in its room. `unopened`: a commit that it cannot open, and that others may have followed. `behind`:
 * part of the log is missing. `copy`: it is a copy of another device, or was restored from one.
 */
export type PleaReason = "unopened" | "behind" | "copy";

/** A device that cannot follow its room asks the members for a door: a slot through which it comes back (docs/protocol.md §7). */
export interface Plea {
  readonly roomId: RoomId;
  /** Its leaf, which signs. */
  readonly leaf: LeafKey;
  readonly why: PleaReason;
  /** Where it stands: the epoch that it has keys of, its newest entry, and how far it has read the log. */
  readonly epoch: number;
  readonly head: { readonly seq: number; readonly hash: Uint8Array };
  readonly log: LogPlace;
  /** The door as it is to be made: the name of its slot, to whom it is sealed, and what opens it at the relay. */
  readonly doorId: InviteId;
  readonly doorPub: Uint8Array;
  readonly tokenPub: Uint8Array;
  /** Ed25519: where the answer is to go. */
  readonly inboxPub: Uint8Array;
}

/** What follows from the secret of a plea: the keys of its door, as those of an invite, and its inbox. */
export interface PleaKeys extends InviteKeys {
  readonly inboxSeed: Uint8Array;
  readonly inboxPub: Uint8Array;
  readonly inboxId: InboxId;
}

const LABEL = "conclave/plea/v1";
const layout = new SignedLayout<Plea>(
  LABEL,
  512,
  versioned(
    1,
    struct<Plea>({
      roomId: RoomId,
      leaf: LeafKey,
      // 2 is kept for another branch of the room.
      why: choice<PleaReason>({ unopened: 1, behind: 3, copy: 4 }),
      epoch: u53,
      head: struct({ seq: u53, hash: bytes32 }),
      log: logPlaceLayout,
      doorId: InviteId,
      doorPub: bytes32,
      tokenPub: bytes32,
      inboxPub: bytes32,
    }),
  ),
);

/** The keys of a plea's secret (32 bytes) in one room. The secret stays at the device that asks. */
export function pleaKeys(crypto: Crypto, roomId: RoomId, secret: Uint8Array): PleaKeys {
  const inboxSeed = derivedKey(crypto, secret, "conclave/plea-inbox/v1", roomId);
  const inboxPub = crypto.ed25519PublicKey(inboxSeed);
  const inboxId = inboxIdOf((data) => crypto.hash("sha256", data), inboxPub);
  return { ...inviteKeys(crypto, roomId, secret), inboxSeed, inboxPub, inboxId };
}

/** Where a plea's door is at the relay: a slot like those of invites. */
export function doorSlotId(crypto: Crypto, { roomId, doorId }: Pick<Plea, "roomId" | "doorId">): SlotId {
  return slotIdOf(crypto, roomId, doorId);
}

/** Signs a plea with the leaf's seed, as it is before it is sealed. */
export function signPlea(crypto: Crypto, leafSeed: Uint8Array, plea: Plea): Uint8Array {
  return layout.sign(crypto, leafSeed, plea);
}

/** Signs a plea and seals it to the members of an epoch. Null when their key is unusable. */
export function sealPlea(
  primitives: Provider,
  { roomTag, requestPub, leafSeed }: { roomTag: RoomTag; requestPub: Uint8Array; leafSeed: Uint8Array },
  plea: Plea,
): Uint8Array | null {
  return sealTo(primitives, { label: LABEL, roomTag }, requestPub, signPlea(primitives.crypto, leafSeed, plea));
}

/** The plea, when it was sealed to this key and the leaf that it names signed it; else null. Whose leaf that is, the roster says. */
export function openPlea(
  crypto: Crypto,
  { roomId, roomTag, requestKey }: { roomId: RoomId; roomTag: RoomTag; requestKey: Uint8Array },
  blob: Uint8Array,
): Plea | null {
  const content = openSealed(crypto, { label: LABEL, roomTag }, requestKey, blob);
  // RULE: plea.signed: who asks is who holds the leaf, and nobody asks for another (attack A108).
  const plea = content && layout.open(crypto, content, ({ leaf }) => leaf);
  return plea !== null && equalBytes(plea.roomId, roomId) ? plea : null;
}
