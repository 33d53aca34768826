import { equalBytes, optional, struct, u53, versioned } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import type { RoomTag } from "@conclave/wire";
import { LeafKey, RoomId } from "../encoding/ids.js";
import type { Provider } from "../encoding/provider.js";
import { openSealed, sealTo } from "../encoding/sealing.js";
import { bytes32, SignedLayout } from "../encoding/signed.js";
import { type RosterKey, rosterKeyLayout } from "../transport/rosterLog.js";

/** The entry by which a leaf was taken out, to be found in the roster log: whoever was told reads from it back to what they know. */
export interface Removal {
  /** Of the entry. */
  readonly hash: Uint8Array;
  /** The key that its record is sealed under: the last one that the device which was taken out may have. */
  readonly rosterKey: RosterKey;
  /** Hash of that record. */
  readonly record: Uint8Array;
}

/**
 * A member's answer to a plea (docs/protocol.md §7). It changes nothing by itself: whoever asked judges what it says, and what
 * is in the slot that it speaks of.
 */
export interface Door {
  readonly roomId: RoomId;
  /** The leaf that asked. */
  readonly asked: LeafKey;
  /** The leaf that answers, which signs. */
  readonly leaf: LeafKey;
  /** The clock of whoever answers, ms. */
  readonly time: number;
  /** Null: the door is open; the slot is at the relay. Else the device that asked was taken out, the answer says. */
  readonly removal: Removal | null;
}

const LABEL = "conclave/door/v1";
const layout = new SignedLayout<Door>(
  LABEL,
  512,
  versioned(
    1,
    struct<Door>({
      roomId: RoomId,
      asked: LeafKey,
      leaf: LeafKey,
      time: u53,
      removal: optional(struct<Removal>({ hash: bytes32, rosterKey: rosterKeyLayout, record: bytes32 })),
    }),
  ),
);

/** Signs an answer with the leaf's seed, as it is before it is sealed. */
export function signDoor(crypto: Crypto, leafSeed: Uint8Array, door: Door): Uint8Array {
  return layout.sign(crypto, leafSeed, door);
}

/** Signs an answer and seals it to the key of the plea. Null when that key is unusable. */
export function sealDoor(
  primitives: Provider,
  { roomTag, doorPub, leafSeed }: { roomTag: RoomTag; doorPub: Uint8Array; leafSeed: Uint8Array },
  door: Door,
): Uint8Array | null {
  return sealTo(primitives, { label: LABEL, roomTag }, doorPub, signDoor(primitives.crypto, leafSeed, door));
}

/** The answer to a plea of `asked`, when it was sealed to this key and the leaf that it names signed it; else null. */
export function openDoor(
  crypto: Crypto,
  { roomId, roomTag, asked, doorKey }: { roomId: RoomId; roomTag: RoomTag; asked: LeafKey; doorKey: Uint8Array },
  blob: Uint8Array,
): Door | null {
  const content = openSealed(crypto, { label: LABEL, roomTag }, doorKey, blob);
  const door = content && layout.open(crypto, content, ({ leaf }) => leaf);
  // RULE: door.asked: an answer is to one plea in one room: nobody is moved by an answer to another (attack A108).
  return door !== null && equalBytes(door.roomId, roomId) && equalBytes(door.asked, asked) ? door : null;
}
