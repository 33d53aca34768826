import { bool, choice, encode, optional, stored, struct, text, u16, u32, u53, versioned } from "@conclave/codec";
import { LeafKey, PersonId, RoomId } from "../encoding/ids.js";
import { bytes32 } from "../encoding/signed.js";
import { MAX_LABEL_BYTES } from "../identity/label.js";
import { type RosterKey, rosterKeyLayout } from "../transport/rosterLog.js";
import type { Upgraded } from "../policy/rejection.js";

/**
 * How this device stands in a room. `joining`: its own join is on its way. `active`: in. `removed`, `left`: not any more.
 */
export type Membership = "joining" | "active" | "removed" | "left";

/** Who in the room was heard of last, by what they signed in the present membership; their own clock, ms. */
export interface Confirmation {
  readonly by: PersonId;
  readonly time: number;
}

/** The commit that brings this device in, while it is on its way. */
export interface JoinCommit {
  readonly recordHash: Uint8Array;
  /** Log position of the commit that it follows; null where a member's commit brings us in. */
  readonly lastCommit: number | null;
  /** The slot by which we come in ourselves; null where a member's commit brings us in. */
  readonly slot: JoinSlot | null;
}

/** What somebody who comes in by a slot can tell about the commits after it. */
export interface JoinSlot {
  /** Log position of the newest commit that the slot knows. */
  readonly lastCommit: number;
  /** Opens the commits of the slot's epoch. */
  readonly envelopeKey: Uint8Array;
  /** Whether a commit came after it that may be valid. */
  readonly isContested: boolean;
}

/** A commit whose keys this device could not use. */
export interface Unopened {
  /** Its place in the log. */
  readonly n: number;
  readonly epoch: number;
  /** Who signed it; null for a newcomer, and where only its confirmation is wrong, which nobody signs. */
  readonly by: PersonId | null;
  /** The newest entry before it: what we have decided since, others need not have followed. */
  readonly floor: { readonly seq: number; readonly head: Uint8Array };
  /** The roster key then, which they have too. */
  readonly rosterKey: RosterKey;
}

/** What a room keeps beside group, roster, keys and log: small, and written with each record of the log. Immutable. */
export interface RoomCore {
  readonly roomId: RoomId;
  readonly person: PersonId;
  /** Ed25519 seed of our leaf's signature key. */
  readonly leafSeed: Uint8Array;
  readonly leaf: LeafKey;
  readonly status: Membership;
  /** Log position of the newest commit record, valid or not. */
  readonly lastCommit: number;
  /** The newest record of this epoch that the relay had deleted before we read it; 0 for none. */
  readonly gapAt: number;
  /** A commit of this epoch that we could not open, though its signature holds: others may have followed it. Null for none. */
  readonly unopened: Unopened | null;
  /** The newest epoch in which we did not take a commit; null for none. */
  readonly passed: number | null;
  /** The epoch after it, once there is a record of it: above ours, others may have gone on where we could not follow. 0 for none. */
  readonly ahead: number;
  readonly join: JoinCommit | null;
  readonly confirmed: Confirmation | null;
  /** How many races in a row own commits have lost. */
  readonly losses: number;
  /**
   * The commit after the cursor moves the room to a version that the app did not know which read it. An app that knows it reads on.
   */
  readonly upgraded: Upgraded | null;
}

const layout = versioned(
  1,
  struct<RoomCore>({
    roomId: RoomId,
    person: PersonId,
    leafSeed: bytes32,
    leaf: LeafKey,
    // Numbers are stored: never change one.
    status: choice({ joining: 0, active: 1, removed: 2, left: 3 }),
    lastCommit: u53,
    gapAt: u53,
    unopened: optional(
      struct<Unopened>({
        n: u53,
        epoch: u53,
        by: optional(PersonId),
        floor: struct({ seq: u53, head: bytes32 }),
        rosterKey: rosterKeyLayout,
      }),
    ),
    passed: optional(u53),
    ahead: u53,
    join: optional(
      struct<JoinCommit>({
        recordHash: bytes32,
        lastCommit: optional(u53),
        slot: optional(struct<JoinSlot>({ lastCommit: u53, envelopeKey: bytes32, isContested: bool })),
      }),
    ),
    confirmed: optional(struct<Confirmation>({ by: PersonId, time: u53 })),
    losses: u32,
    upgraded: optional(
      struct<Upgraded>({
        by: optional(struct({ person: PersonId, name: text(MAX_LABEL_BYTES) })),
        version: u16,
        knows: u16,
      }),
    ),
  }),
);

export function encodeCore(core: RoomCore): Uint8Array {
  return encode(core, layout.write);
}

/**
 * The core of a stored room.
 * @throws TypeError for a damaged record, or one of a newer version
 */
export function decodeCore(bytes: Uint8Array | undefined): RoomCore {
  return stored("room", bytes, layout);
}
