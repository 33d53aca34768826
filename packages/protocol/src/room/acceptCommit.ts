import { equalBytes, toHex } from "@conclave/codec";
import { Group, type StagedCommit } from "@conclave/mls";
import { joinDeltas, NO_DELTA } from "../encoding/delta.js";
import { LeafKey, type PersonId } from "../encoding/ids.js";
import type { Delta } from "../encoding/provider.js";
import { actionHash } from "../roster/action.js";
import { type Member, memberOf, memberOfLeaf } from "../roster/roster.js";
import { forgetApps } from "./apps.js";
import { decisionRecordOf } from "./decisionRecord.js";
import type { Judgement } from "./judge.js";
import { currentRosterKey, encodeKeyring, nextKeyring, rosterKeyRecords } from "./keyring.js";
import type { RoomEvent } from "./outcome.js";
import { groupDelta, KEYS, type Pending, PENDING, type RoomParts, withdrawnKey } from "./parts.js";

/** What accepting a commit changed. */
export interface Acceptance {
  readonly delta: Delta;
  readonly events: readonly RoomEvent[];
}

/**
 * Applies a commit that {@link judge} let through: the only place where a room's group and roster change, and the only
 * caller of the engine's `apply` for commits. A test holds that nobody else is (attack A95).
 */
export function acceptCommit(parts: RoomParts, judgement: Judgement, staged: StagedCommit): Acceptance {
  const applied = groupDelta(parts, parts.group.apply(staged));
  // Another member is where we are: what we could not open, they did not follow. Of our own commit it would show nothing.
  if (showsWhereOthersAre(parts, LeafKey.of(staged.senderLeaf.signatureKey)))
    parts.core = { ...parts.core, unopened: null };
  const events = afterwards(parts, judgement, LeafKey.of(staged.senderLeaf.signatureKey), false);
  const lost = forgetOwn(parts, null);
  const moved = staged.selfRemoved ? closeRoom(parts, judgement, events) : moveOn(parts, judgement);
  return { delta: joinDeltas(applied, moved, lost.delta), events: [...events, ...lost.events] };
}

/**
 * Whether something by this leaf in our epoch shows that the others did not follow the commit that we could not open.
 *
 * RULE: room.unopened-by-another: whose commit it was may go on in both ways, with us alone in the one, and a newcomer knows no more
 * than a slot says, which may be our own: neither shows where the others are (attack A107).
 */
export function showsWhereOthersAre({ roster, core: { unopened } }: RoomParts, leaf: LeafKey): boolean {
  if (unopened === null) return false;
  const member = memberOfLeaf(roster, leaf);
  if (member === null || (unopened.by !== null && equalBytes(member.person, unopened.by))) return false;
  return cameAt(member, leaf) <= unopened.floor.seq;
}

/** Applies an own commit, which the log shows: the pending one, or one that was given up. */
export function acceptOwn(parts: RoomParts, own: Pending): Acceptance {
  const applied = applyOwn(parts, own);
  const events = afterwards(parts, own.judgement, parts.core.leaf, true);
  const lost = forgetOwn(parts, own);
  const moved = moveOn(parts, own.judgement);
  return { delta: joinDeltas(applied, moved, lost.delta), events: [...events, ...lost.events] };
}

// The epoch is over: of all own commits made in it only `won` may count. The pending one, if it is another, lost a race.
function forgetOwn(parts: RoomParts, won: Pending | null): Acceptance {
  const { pending, withdrawn } = parts;
  const gone = [...(pending === null ? [] : [PENDING]), ...withdrawn.map(withdrawnKey)];
  parts.pending = null;
  parts.withdrawn = [];
  parts.groupRecords = null;
  const delta = { ...NO_DELTA, delete: gone };
  if (pending === null) return { delta, events: [] };
  if (pending === won) {
    parts.core = { ...parts.core, losses: 0 };
    return { delta, events: [] };
  }
  const losses = parts.core.losses + 1;
  parts.core = { ...parts.core, losses };
  const action = pending.judgement.transition?.entry.action ?? null;
  return { delta, events: [{ type: "lostRace", action, losses }] };
}

// After a restart the staged commit is gone, but not its records: the group is loaded again from them.
function applyOwn(parts: RoomParts, { staged, groupDelta: stored }: Pending): Delta {
  if (staged !== null) return groupDelta(parts, parts.group.apply(staged));
  if (parts.groupRecords === null) throw new TypeError("the records under a pending commit are gone");
  const delta = groupDelta(parts, stored);
  parts.group = Group.load(parts.engine, parts.groupRecords);
  return joinDeltas(delta, groupDelta(parts, parts.group.forgetLeftovers()));
}

function moveOn(parts: RoomParts, judgement: Judgement): Delta {
  const { roster, record } = judgement;
  parts.keys = nextKeyring(parts.keys, parts.group.view, { record, generation: roster.generation });
  return joinDeltas(
    { put: [[KEYS, encodeKeyring(parts.keys)]], delete: [] },
    rosterKeyRecords([currentRosterKey(parts.keys)]),
    moveRoster(parts, judgement),
  );
}

function moveRoster(parts: RoomParts, { roster, transition }: Judgement): Delta {
  parts.roster = roster;
  if (transition === null) return NO_DELTA;
  const { action, author } = transition.entry;
  const done = actionHash(parts.primitives.crypto, action, author.person);
  const history = { put: [[entryKey(transition.entry.seq), transition.entry.bytes]] as const, delete: [] };
  const settled = parts.proposals.settle(parts.primitives.crypto, roster, done);
  return joinDeltas(transition.delta, history, settled, forgetApps(parts, transition.removed));
}

// We were taken out, by an entry, as nothing else takes anybody out: what is left is what was said, and who was there.
function closeRoom(parts: RoomParts, judgement: Judgement, events: RoomEvent[]): Delta {
  const transition = judgement.transition!;
  parts.core = { ...parts.core, status: transition.entry.action.type === "leave" ? "left" : "removed" };
  events.push({ type: "removed", decision: decisionRecordOf(transition) });
  return joinDeltas(moveRoster(parts, judgement), { put: [], delete: [KEYS] });
}

function afterwards(parts: RoomParts, judgement: Judgement, committer: LeafKey, own: boolean): RoomEvent[] {
  const { transition } = judgement;
  const author = parts.roster.leaves.get(toHex(committer));
  const by = author === undefined ? null : parts.roster.members.get(author)!.person;
  const events: RoomEvent[] = [];
  if (transition !== null) events.push({ type: "entry", decision: decisionRecordOf(transition), own });
  else if (by !== null) events.push({ type: "rekeyed", by });
  if (!own && by !== null)
    events.push(...confirmMembers(parts, { by, leaf: committer }, transition?.entry.time ?? null));
  return events;
}

/**
 * A member signed something that builds on our present epoch. Only those who were here before us can confirm our join:
 * others may be puppets of whoever showed us the room (attack A28).
 */
export function confirmMembers(
  parts: RoomParts,
  { by, leaf }: { readonly by: PersonId; readonly leaf: LeafKey },
  time: number | null,
): RoomEvent[] {
  const { roster, core } = parts;
  const [them, us] = [memberOf(roster, by), memberOf(roster, core.person)];
  if (them === null || equalBytes(by, core.person)) return [];
  const isFirst = core.confirmed === null;
  // RULE: room.pending: a join is pending until somebody who was in the room before speaks in the epoch it made (§7).
  // This device's own coming counts: who came back by their words saw what the relay showed, as any newcomer did.
  // And theirs: who comes back after us may have been shown the same false room.
  const since = us && cameAt(us, core.leaf);
  if (isFirst && since !== null && cameAt(them, leaf) > since) return [];
  parts.core = { ...core, confirmed: { by, time: Math.max(time ?? 0, core.confirmed?.time ?? 0) } };
  return isFirst ? [{ type: "confirmed" }] : [];
}

/** The entry by which a person's device is in the room. */
function cameAt({ devices, joinedSeq }: Member, leaf: LeafKey): number {
  return devices.find((each) => equalBytes(each.leaf, leaf))?.addedSeq ?? joinedSeq;
}

/** The record of a signed entry. */
export function entryKey(seq: number): string {
  return `x/e/${seq.toString(16).padStart(14, "0")}`;
}
