import { done, equalBytes, type Result } from "@conclave/codec";
import type { GroupInfoView } from "@conclave/mls";
import type { PersonId } from "../encoding/ids.js";
import { LogMemory } from "../evidence/logMemory.js";
import { inviteKeys } from "../invite/inviteKeys.js";
import type { InviteLink } from "../invite/link.js";
import { signReseatProof } from "../invite/reseatProof.js";
import type { SlotView } from "../invite/slot.js";
import { refused, type Rejection } from "../policy/rejection.js";
import { replayEntries, type Replayed } from "../roster/replay.js";
import type { RosterKey } from "../transport/rosterLog.js";
import { type Member, memberOf, memberOfLeaf } from "../roster/roster.js";
import { Branches } from "./branches.js";
import { type Arriving, comeIn, type ComingIn } from "./comeIn.js";
import { type DecisionRecord, decisionRecordOf } from "./decisionRecord.js";
import { decodeKeyring, encodeKeyring, withEarlier } from "./keyring.js";
import { CORE, KEYS, type RoomParts } from "./parts.js";
import { checkEntrance, checkFloor, type OpenedRoom } from "./preview.js";
import { decodeCore, encodeCore } from "./roomCore.js";

/** What a door leads to, every bit of it checked, for the member for whom it was opened. */
export interface OpenDoor {
  readonly secret: Uint8Array;
  readonly slot: SlotView;
  readonly entrance: GroupInfoView;
  readonly history: Replayed;
  /** The hash of the roster record of each entry. */
  readonly records: readonly Uint8Array[];
  /** Who opened it. */
  readonly by: Member;
  /** Us, as the room has us. */
  readonly self: Member;
  /** All decisions until now, the charter's first. */
  readonly decisions: readonly DecisionRecord[];
  /** The roster keys of all generations until now. */
  readonly keys: readonly RosterKey[];
}

/**
 * A plea's door as a link, to be read with `readSlot` and `openRoom`. Its floor is what we know of the room, without what we
 * decided alone after a commit that we could not open.
 */
export function doorLinkOf({ core, roster }: RoomParts, secret: Uint8Array): InviteLink {
  return { roomId: core.roomId, secret, floor: floorOf({ core, roster }), relay: roster.relay.address };
}

/** The newest entry that we know others to have: not what we decided alone after a commit that we could not open. */
export function floorOf({ core, roster }: Pick<RoomParts, "core" | "roster">): InviteLink["floor"] {
  return core.unopened?.floor ?? { seq: roster.seq, head: roster.head };
}

/** Checks what a door leads to, as a newcomer does, and against what this device knows. Changes nothing. */
export function judgeDoor(
  parts: RoomParts,
  { link, slot, entries, keys, records }: OpenedRoom,
): Result<OpenDoor, Rejection> {
  const { primitives, core, log } = parts;
  const history = replayEntries(primitives.crypto, entries, core.roomId);
  if (!history.ok) return history;
  const { roster, transitions } = history.value;
  // RULE: door.same-chain: what we know of the room is a part of what the door leads to. Else it is another branch, and nobody
  // leaves the one that they are on because something failed (attacks A32, A107).
  const floored = checkFloor(history.value, link.floor);
  if (floored !== null) return floored;
  if (roster.seq !== slot.head.seq) return refused("bad_history", "seq of the slot");
  // RULE: door.same-log: whoever opens it has read the log that we read: a relay that shows two cannot have us follow into the
  // other one (attacks A21, A107).
  if (slot.log.n > log.place.n) return refused("not_caught_up");
  if (log.agrees(slot.log) !== true) return refused("bad_slot", "another log");
  const by = memberOfLeaf(roster, slot.leaf);
  if (by === null) return refused("bad_slot", "not by a member");
  const self = memberOf(roster, core.person);
  if (self === null || !self.devices.some(({ leaf }) => equalBytes(leaf, core.leaf))) return refused("not_member");
  if (slot.entrance === null) return refused("bad_slot", "no entrance");
  const entrance = checkEntrance(primitives, slot, history.value);
  if (!entrance.ok) return entrance;
  const found = { secret: link.secret, slot, entrance: entrance.value, history: history.value, by, self };
  return done({ ...found, keys, records, decisions: transitions.map(decisionRecordOf) });
}

/** What the log holds beside the chain that a door leads to: give it the records of all commits behind our {@link floorOf}. */
export function branchesOf(parts: RoomParts, { history, records, keys, slot }: OpenDoor): Branches {
  const { primitives, roomTag, core } = parts;
  const chain = { entries: history.transitions.map(({ entry }) => entry), records, roomId: core.roomId };
  return new Branches(primitives.crypto, roomTag, {
    ...chain,
    keys: [...keys, ...slot.roster],
    from: floorOf(parts).seq,
  });
}

/**
 * Whether to believe a door, by what the log holds beside it.
 *
 * RULE: door.not-taken-out: nobody opens a door whom an entry in the log takes out, which was allowed where it stands and which their
 * chain leaves out: who was removed leads to the room as it was before (attack A159).
 */
export function objectionToDoor({ slot }: OpenDoor, branches: Branches): ReturnType<typeof refused> | null {
  return branches.isGone(slot.leaf) ? refused("bad_slot", "by somebody who was taken out") : null;
}

/** Who comes back. */
export interface Reseating extends Pick<Arriving, "device" | "now"> {
  /** Whose commit it could not follow; null where that is not known, or it comes back for another reason. */
  readonly after: PersonId | null;
}

/**
 * Our commit through a door that was judged: the device takes its own place again with a new leaf, for which the old one signs
 * (docs/protocol.md §7). It follows one commit of the log and no other: when that is not the newest, begin again with what the
 * door holds then. This room stays as it is until the log shows the commit; see {@link seatRecords}.
 */
export function takeSeat(
  parts: RoomParts,
  door: OpenDoor,
  { device, now, after }: Reseating,
): Result<ComingIn, Rejection> {
  const { primitives, core } = parts;
  const { slot, entrance, history, keys, self } = door;
  const { roomId, leaf: old, leafSeed } = core;
  const comingIn = comeIn(primitives, {
    ...{ slot, entrance, history, keys, device, now, name: self.name, replaced: old },
    leafSeed: primitives.random(32),
    slotId: inviteKeys(primitives.crypto, roomId, door.secret).slotId,
    sign: ({ person, leaf: newLeaf, leafCert, place }) => ({
      action: { type: "reseat", leafCert, leaf: old, after },
      proof: signReseatProof(primitives.crypto, leafSeed, { roomId, person, leaf: old, newLeaf, place }),
    }),
  });
  if (!comingIn.ok) return comingIn;
  const { append, delta, decision } = comingIn.value;
  return done({ append, delta, decision });
}

/**
 * The records of the room in which our commit through a door has us, for just before its record is received: those that the commit
 * made (`records`), with what we know ourselves of the log, and of what the relay signed.
 */
export function seatRecords(
  { core, keys, log, watch }: RoomParts,
  records: Iterable<readonly [string, Uint8Array]>,
): ReadonlyMap<string, Uint8Array> {
  const stored = new Map([...records].filter(([key]) => !LogMemory.isRecord(key)));
  for (const { put } of [log.records(), watch.records()]) for (const [key, value] of put) stored.set(key, value);
  stored.set(KEYS, encodeKeyring(withEarlier(decodeKeyring(stored.get(KEYS)), keys)));
  stored.set(CORE, encodeCore({ ...decodeCore(stored.get(CORE)), lastCommit: core.lastCommit }));
  return stored;
}
