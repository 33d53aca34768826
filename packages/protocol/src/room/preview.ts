import { equalBytes, done, type Result } from "@conclave/codec";
import { type GroupInfoView, openGroupInfo } from "@conclave/mls";
import { closedReason } from "../roster/inviteCheck.js";
import type { Invite } from "../invite/invite.js";
import { inviteKeys } from "../invite/inviteKeys.js";
import type { InviteLink } from "../invite/link.js";
import { openSlot, type SlotView } from "../invite/slot.js";
import type { Provider } from "../encoding/provider.js";
import { joinPlaceOf } from "../roster/action.js";
import { replayEntries, type Replayed } from "../roster/replay.js";
import { refused, type Rejection } from "../policy/rejection.js";
import { inviteOf, memberOfLeaf, type Member, type Roster } from "../roster/roster.js";
import type { RosterKey } from "../transport/rosterLog.js";
import { bindingOf } from "./binding.js";
import { type DecisionRecord, decisionRecordOf } from "./decisionRecord.js";
import { type HistoryReading, type OpenedHistory, readFrom, readingHistory } from "./history.js";
import { hasNoGhosts } from "./invariant.js";
import { hasPlainLeaves } from "./plainLeaf.js";
import { roomEngine, roomTagOf } from "./roomTag.js";

/** What an invite leads to, every bit of it checked; nothing was sent or stored (docs/protocol.md §5, Joining). */
export interface RoomPreview {
  readonly link: InviteLink;
  readonly slot: SlotView;
  readonly history: Replayed;
  readonly roster: Roster;
  readonly invite: Invite;
  /** The member who confirmed it, and when by their clock (ms). */
  readonly confirmedBy: Member;
  readonly confirmedAt: number;
  /** The keys of the epoch in the slot, checked; null where one has to ask. */
  readonly entrance: GroupInfoView | null;
  /** All decisions until now, the charter's first. */
  readonly decisions: readonly DecisionRecord[];
  /** The roster keys of all generations until now. */
  readonly keys: readonly RosterKey[];
}

/** What an invite leads to, opened with its keys and not judged yet: nothing in it is to be believed. */
export interface OpenedRoom extends OpenedHistory {
  readonly link: InviteLink;
  readonly slot: SlotView;
}

/**
 * Opens a slot's blob with a link. `key`: of a door, the private key that it is sealed to. Refused with `bad_slot` when it is not
 * one of this room and invite.
 */
export function readSlot(
  { crypto }: Provider,
  link: InviteLink,
  blob: Uint8Array,
  key: Uint8Array | null = null,
): Result<SlotView, Rejection> {
  const { inviteId, slot } = inviteKeys(crypto, link.roomId, link.secret);
  const roomTag = roomTagOf(crypto, link.roomId);
  const view = openSlot(crypto, { roomId: link.roomId, roomTag, inviteId, slotKey: key ?? slot.privateKey }, blob);
  return view === null ? refused("bad_slot") : done(view);
}

/**
 * Reads the records that a slot leads to, page by page, for {@link judgeRoom}. `known`: what another version of the slot led
 * to, which is not read again.
 */
export function* openingRoom(
  { crypto }: Provider,
  link: InviteLink,
  slot: SlotView,
  known?: OpenedHistory,
): HistoryReading<Result<OpenedRoom, Rejection>> {
  const history = yield* readingHistory(crypto, { roomId: link.roomId, head: slot.head.hash }, slot, known);
  return history.ok ? done({ link, slot, ...history.value }) : history;
}

/** The same with records that are all at hand, in any order. */
export function openRoom(
  primitives: Provider,
  link: InviteLink,
  slot: SlotView,
  records: readonly Uint8Array[],
): Result<OpenedRoom, Rejection> {
  return readFrom(primitives.crypto, openingRoom(primitives, link, slot), records);
}

/** Checks a room before one joins it: its whole history, its keys against its roster, the link's floor, the invite. */
export function judgeRoom(
  primitives: Provider,
  { link, slot, entries, keys: rosterKeys }: OpenedRoom,
): Result<RoomPreview, Rejection> {
  const { crypto } = primitives;
  const history = replayEntries(crypto, entries, link.roomId);
  if (!history.ok) return history;
  const { roster, transitions } = history.value;
  const floored = checkFloor(history.value, link.floor);
  if (floored !== null) return floored;
  if (roster.seq !== slot.head.seq) return refused("bad_history", "seq of the slot");
  // RULE: join.slot-by-member: a slot is believed only of somebody who is in the room by its own history (attacks A41, A96).
  const confirmedBy = memberOfLeaf(roster, slot.leaf);
  if (confirmedBy === null) return refused("bad_slot", "not by a member");
  const entrance = slot.entrance === null ? done(null) : checkEntrance(primitives, slot, history.value);
  if (!entrance.ok) return entrance;
  const keys = inviteKeys(crypto, link.roomId, link.secret);
  const invite = inviteOf(roster, keys.inviteId);
  if (invite === null) return refused("invite_unknown");
  if (!equalBytes(invite.joinPub, keys.joinPub)) return refused("bad_link");
  const closed = closedReason(invite);
  if (closed !== null) return closed;
  const decisions = transitions.map(decisionRecordOf);
  const confirmed = { confirmedBy, confirmedAt: slot.time };
  return done({
    link,
    slot,
    history: history.value,
    roster,
    invite,
    ...confirmed,
    decisions,
    keys: rosterKeys,
    entrance: entrance.value,
  });
}

/** {@link openRoom}, and {@link judgeRoom}. */
export function previewRoom(
  primitives: Provider,
  link: InviteLink,
  slot: SlotView,
  records: readonly Uint8Array[],
): Result<RoomPreview, Rejection> {
  const opened = openRoom(primitives, link, slot, records);
  return opened.ok ? judgeRoom(primitives, opened.value) : opened;
}

/** RULE: join.floor: no room older than the link's own knowledge of it is believed, and none that went another way (A18). */
export function checkFloor(
  { roster, transitions }: Replayed,
  floor: InviteLink["floor"],
): ReturnType<typeof refused> | null {
  if (roster.seq < floor.seq) return refused("below_floor");
  const entry = transitions[floor.seq]!.entry;
  return equalBytes(entry.hash, floor.head) ? null : refused("bad_history", "another room than the link's");
}

/** The keys in a slot, when they are those of the roster that was checked. */
export function checkEntrance(
  primitives: Provider,
  { entrance, roomId, epoch, suite }: SlotView,
  history: Replayed,
): Result<GroupInfoView, Rejection> {
  const opened = openGroupInfo(roomEngine(primitives), entrance!.groupInfo);
  if (!opened.ok) return refused("bad_slot", opened.error.message);
  const { context, members } = opened.value;
  // RULE: join.group-id: keys and roster are of the same room (attack A13).
  if (!equalBytes(context.groupId, roomId)) return refused("wrong_room");
  if (Number(context.epoch) !== epoch || context.cipherSuite !== suite) return refused("bad_slot", "another epoch");
  const bound = bindingOf(context.extensions);
  // RULE: join.bound: the keys are bound to this very history; what is newer than the binding came by external commits only.
  if (bound === null || !isCovered(history, bound)) return refused("wrong_binding");
  if (!hasPlainLeaves(members, suite)) return refused("leaf_not_plain");
  // RULE: join.no-ghosts: the tree holds exactly the roster's devices before anything is sent (attacks A1, A13, A96).
  return hasNoGhosts(members, history.roster) ? done(opened.value) : refused("ghost");
}

/** Whether a binding names an entry of the chain, with nothing but direct joins after it. */
export function isCovered(
  { transitions }: Replayed,
  bound: { readonly seq: number; readonly head: Uint8Array; readonly stateHash: Uint8Array },
): boolean {
  const at = transitions[bound.seq];
  if (at === undefined || !equalBytes(at.entry.hash, bound.head)) return false;
  if (!equalBytes(at.entry.stateHash, bound.stateHash)) return false;
  return transitions.slice(bound.seq + 1).every(({ entry }) => joinPlaceOf(entry) !== null);
}
