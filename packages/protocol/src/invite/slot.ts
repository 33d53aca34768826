import { bool, equalBytes, type Fields, list, opaque, optional, struct, u16, u53, versioned } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import type { RoomTag } from "@conclave/wire";
import { InviteId, LeafKey, RoomId } from "../encoding/ids.js";
import { openSealed, sealTo } from "../encoding/sealing.js";
import { bytes32, SignedLayout } from "../encoding/signed.js";
import type { Provider } from "../encoding/provider.js";
import { type LogPlace, logPlaceLayout } from "../evidence/logMemory.js";
import { type RosterKey, rosterKeyLayout } from "../transport/rosterLog.js";

/**
 * With what a newcomer reads the roster: the current key and, until that is in use, the one before it; and the hash of the record of
 * the newest entry, with which reading begins.
 */
export interface RosterKeys {
  readonly roster: readonly RosterKey[];
  readonly isRosterKeyUsed: boolean;
  readonly record: Uint8Array;
}

/** What a member puts into an invite's slot after each commit (docs/protocol.md §7). */
export interface SlotView extends RosterKeys {
  readonly roomId: RoomId;
  readonly inviteId: InviteId;
  /** The member who made it, by leaf. */
  readonly leaf: LeafKey;
  /** The member's clock, ms. */
  readonly time: number;
  readonly epoch: number;
  /** The newest entry. */
  readonly head: { readonly seq: number; readonly hash: Uint8Array };
  /** How far the member had read the log. */
  readonly log: LogPlace;
  readonly lastCommit: number;
  /** X25519: to whom join requests are sealed. */
  readonly requestPub: Uint8Array;
  readonly suite: number;
  /** Only where the invite admits directly: what an external commit needs. */
  readonly entrance: { readonly groupInfo: Uint8Array; readonly envelopeKey: Uint8Array } | null;
}

const LABEL = "conclave/slot/v1";

export const rosterKeyFields: Fields<RosterKeys> = {
  roster: list(rosterKeyLayout, 2),
  isRosterKeyUsed: bool,
  record: bytes32,
};

const layout = new SignedLayout<SlotView>(
  LABEL,
  4 << 20,
  versioned(
    1,
    struct<SlotView>({
      roomId: RoomId,
      inviteId: InviteId,
      leaf: LeafKey,
      time: u53,
      epoch: u53,
      head: struct({ seq: u53, hash: bytes32 }),
      log: logPlaceLayout,
      lastCommit: u53,
      ...rosterKeyFields,
      requestPub: bytes32,
      suite: u16,
      entrance: optional(struct({ groupInfo: opaque(), envelopeKey: bytes32 })),
    }),
  ),
);

/** Signs a slot's content with the leaf's seed, and seals it for whoever has the link. */
export function sealSlot(
  primitives: Provider,
  { roomTag, slotPub, leafSeed }: { roomTag: RoomTag; slotPub: Uint8Array; leafSeed: Uint8Array },
  view: SlotView,
): Uint8Array | null {
  return sealTo(primitives, { label: LABEL, roomTag }, slotPub, layout.sign(primitives.crypto, leafSeed, view));
}

/**
 * Opens a slot. Null for bytes that are not one for this room and invite, signed by the leaf that it names; whether that
 * leaf is a member's, the roster says.
 */
export function openSlot(
  crypto: Crypto,
  place: { roomId: RoomId; roomTag: RoomTag; inviteId: InviteId; slotKey: Uint8Array },
  blob: Uint8Array,
): SlotView | null {
  const opened = openSealed(crypto, { label: LABEL, roomTag: place.roomTag }, place.slotKey, blob);
  const read = opened && layout.read(opened);
  if (!read) return null;
  const { content: view, isBy } = read;
  // RULE: slot.room-bound: a slot is for one room and one invite: whoever holds the link cannot redirect it (attack A41).
  if (!equalBytes(view.roomId, place.roomId) || !equalBytes(view.inviteId, place.inviteId)) return null;
  // RULE: slot.signed: a slot is a member's word, not of whoever knows the slot's public key (attacks A41, A42).
  return isBy(crypto, view.leaf) ? view : null;
}
