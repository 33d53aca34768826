import { choice, decode, encode, equalBytes, opaque, struct, u32, u53, versioned, Writer } from "@conclave/codec";
import { committingOpen, committingSeal, type Crypto } from "@conclave/crypto";
import type { InboxId } from "@conclave/wire";
import { inboxIdOf, type RoomTag } from "@conclave/wire";
import { derivedKey } from "../encoding/digest.js";
import { InviteId, LeafKey, RoomId } from "../encoding/ids.js";
import type { Provider } from "../encoding/provider.js";
import { bytes32, SignedLayout } from "../encoding/signed.js";
import { type LogPlace, logPlaceLayout } from "../evidence/logMemory.js";
import type { RosterKey } from "../transport/rosterLog.js";
import { inviteKeys, type InviteKeys } from "./inviteKeys.js";

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

/** Signs a plea with the leaf's seed, as it is before it is sealed. */
export function signPlea(crypto: Crypto, leafSeed: Uint8Array, plea: Plea): Uint8Array {
  return layout.sign(crypto, leafSeed, plea);
}

const NONCE = new Uint8Array(12);
const sealedLayout = struct({ generation: u32, salt: bytes32, sealed: opaque(1024) });

/**
 * Signs a plea and seals it under a roster key. Who is in the room has the roster keys of all generations, whenever they came, so
 * a plea can be opened for as long as there is a room. It holds nothing that is secret from whoever else has that key.
 */
export function sealPlea(
  { crypto, random }: Provider,
  { roomTag, rosterKey, leafSeed }: { roomTag: RoomTag; rosterKey: RosterKey; leafSeed: Uint8Array },
  plea: Plea,
): Uint8Array {
  const { generation, key } = rosterKey;
  const salt = random(32);
  const aad = aadOf(roomTag, generation);
  const signed = signPlea(crypto, leafSeed, plea);
  const sealed = committingSeal(crypto, derivedKey(crypto, key, LABEL, salt), NONCE, aad, signed);
  return encode({ generation, salt, sealed }, sealedLayout.write);
}

/** The generation of the roster key that opens a sealed plea, as it says itself; null for bytes that are none. */
export function generationOfPlea(blob: Uint8Array): number | null {
  const decoded = decode(blob, sealedLayout.read);
  return decoded.ok ? decoded.value.generation : null;
}

/** The plea, when it was sealed under this key and the leaf that it names signed it; else null. Whose leaf that is, the roster says. */
export function openPlea(
  crypto: Crypto,
  { roomId, roomTag, rosterKey }: { roomId: RoomId; roomTag: RoomTag; rosterKey: RosterKey },
  blob: Uint8Array,
): Plea | null {
  const decoded = decode(blob, sealedLayout.read);
  if (!decoded.ok || decoded.value.generation !== rosterKey.generation) return null;
  const { generation, salt, sealed } = decoded.value;
  const key = derivedKey(crypto, rosterKey.key, LABEL, salt);
  const content = committingOpen(crypto, key, NONCE, aadOf(roomTag, generation), sealed);
  // RULE: plea.signed: who asks is who holds the leaf, and nobody asks for another (attack A108).
  const plea = content && layout.open(crypto, content, ({ leaf }) => leaf);
  return plea !== null && equalBytes(plea.roomId, roomId) ? plea : null;
}

function aadOf(roomTag: RoomTag, generation: number): Uint8Array {
  return new Writer(64).text(LABEL).fixed(roomTag).u32(generation).finish();
}
