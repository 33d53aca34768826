import { equalBytes, failed, type Result } from "@conclave/codec";
import {
  type DecisionRecord,
  type DeviceIdentity,
  type HistoryReading,
  inviteKeys,
  type InviteLink,
  judgeRoom,
  type LeafKey,
  type OpenDoor,
  type OpenedRoom,
  type Removal,
  type Room,
  openingRoom,
  readSlot,
  type SlotView,
  type RoomPreview,
  roomTagOf,
  signaturesOf,
  type Rejection,
} from "@conclave/protocol";
import type { RoomTag } from "@conclave/wire";
import type { LostAnswer } from "../relay/answer.js";
import type { RelayAccess } from "../relay/relayConnection.js";
import type { ClientPorts } from "../api/client.js";
import type { Problem } from "../api/problem.js";
import type { ErrorResponse } from "@conclave/wire";

/** How many versions of a slot are tried: anybody who has the link may have put junk there (A42). */
const VERSIONS = 6;
/** An honest relay gives hundreds of records at a time. */
const MOST_PAGES = 8192;
/** Records of the log in a page. */
const PAGE = 512;

/**
 * Reads what a link leads to and checks all of it (docs/protocol.md §5, Joining). Sends nothing but the ids that the link
 * itself gives and the hash of a record that a slot names, stores nothing. The newest version of the slot that is valid counts; but
 * if it does not know the room's newest commit, one that does, and whose chain goes on from there: the relay keeps the versions of
 * people whom it does not know yet behind those of members, and they may be all that is in step with the room.
 */
export async function previewSlot(
  ports: JoinPorts,
  connection: RelayAccess,
  link: InviteLink,
): Promise<Result<RoomPreview, Problem>> {
  return readSlotOf(ports, connection, link, {
    key: null,
    judge: (opened) => Promise.resolve(judgedBy(judgeRoom(ports, opened))),
  });
}

/**
 * The same link at the relay where the room is now, where that is another one by the room's own history; null where it is this one.
 *
 * RULE: join.follow-roster: an old link leads on only as an owner decided, and only to a history that goes on from there: the floor is
 * what was just read (attack A139).
 */
export function linkOnwards(connection: RelayAccess, { link, roster, decisions }: RoomPreview): InviteLink | null {
  const { relay, seq, head } = roster;
  // Where nobody ever moved it, another address is another name of the same relay.
  const hasMoved = decisions.some(({ action }) => action.type === "setRelay");
  return !hasMoved || connection.isAt(relay.address) ? null : { ...link, relay: relay.address, floor: { seq, head } };
}

/**
 * Reads the door that was opened for our plea of this secret, and checks all that it leads to, and what else the log holds. As
 * `previewSlot`. `since`: where in the log the newest entry is that we know others to have, or before it.
 */
export async function previewDoor(
  ports: JoinPorts,
  connection: RelayAccess,
  room: Room,
  { secret, device, since }: { readonly secret: Uint8Array; readonly device: DeviceIdentity; readonly since: number },
): Promise<Result<OpenDoor, Problem>> {
  return readSlotOf(ports, connection, room.doors.doorLink(secret), {
    key: room.doors.doorKey(device.deviceSeed),
    judge: async (opened) => {
      const door = room.doors.judgeDoor(opened);
      if (!door.ok) return judgedBy(door);
      const branches = room.doors.branchesOf(door.value);
      const read = await readCommits(connection, room, since, (record) => {
        branches.take(record);
      });
      return read ? failed(read) : judgedBy(room.doors.objectionToDoor(door.value, branches) ?? door);
    },
  });
}

/** Gives the records of all commits after a place in the log, to where we have read it. Gives what it failed by, or null. */
async function readCommits(
  connection: RelayAccess,
  room: Room,
  since: number,
  take: (record: Uint8Array) => void,
): Promise<Problem | null> {
  const end = room.cursor.n;
  for (let n = since; n < end;) {
    const answer = await connection.request<"read">({ type: "read", roomTag: room.tag, fromN: n + 1, limit: PAGE });
    if (answer.type !== "page") return problemOf(answer);
    for (const item of answer.items) if (!item.pruned && item.kind === "commit") take(item.attachment);
    const last = answer.items.at(-1)?.n ?? n;
    // It gave more before.
    if (last <= n) return { kind: "behind" };
    n = last;
  }
  return null;
}

/** Finds in the room's own history that we were removed, as an answer to our plea by a `leaf` says. `refused` where that is not proved. */
export async function proveRemoval(
  ports: JoinPorts,
  connection: RelayAccess,
  { tag, doors }: Room,
  { leaf, removal }: { readonly leaf: LeafKey; readonly removal: Removal },
): Promise<Result<DecisionRecord, Problem>> {
  const opened = await readRosterLog(connection, tag, doors.openingRemoval(removal));
  if (!opened.ok) return opened;
  await ports.crypto.verifyAhead?.(signaturesOf(ports, opened.value));
  return judgedBy(doors.judgeRemoval(leaf, opened.value));
}

/** What opens a slot, and what says whether to believe what is in it. */
interface SlotReading<T> {
  readonly key: Uint8Array | null;
  readonly judge: (opened: OpenedRoom) => Promise<Result<T, Problem>>;
}

async function readSlotOf<T>(
  ports: JoinPorts,
  connection: RelayAccess,
  link: InviteLink,
  reading: SlotReading<T>,
): Promise<Result<T, Problem>> {
  const roomTag = roomTagOf(ports.crypto, link.roomId);
  const { slotId } = inviteKeys(ports.crypto, link.roomId, link.secret);
  let known: OpenedRoom | undefined;
  let first: Problem | null = null;
  let best: { readonly slot: SlotView; readonly found: Result<T, Problem> } | null = null;
  for (let back = 0, versions = 1; back < Math.min(versions, VERSIONS); back++) {
    const answer = await connection.request<"getSlot">({ type: "getSlot", roomTag, slotId, back });
    if (answer.type !== "slot") {
      first ??= problemOf(answer);
      break;
    }
    versions = answer.versions;
    const slot = readSlot(ports, link, answer.blob, reading.key);
    if (!slot.ok || (best !== null && slot.value.lastCommit <= best.slot.lastCommit)) {
      first ??= slot.ok ? null : { kind: "refused", rejection: slot.error };
      continue;
    }
    const opened = await readRosterLog(connection, roomTag, openingRoom(ports, link, slot.value, known));
    if (!opened.ok && (opened.error.kind !== "refused" || isTooOld(opened.error))) return opened;
    if (!opened.ok) {
      first ??= opened.error;
      continue;
    }
    known = opened.value;
    // RULE: client.preview-goes-on: what a later version says counts only if its chain goes on from the one that was found first. The
    // relay gives versions of members first; behind them, a removed member leads to no room in which they still are (attack A157).
    if (best !== null && !leadsTo(opened.value, best.slot.head)) continue;
    const found = await judge(ports, reading, opened.value);
    if (found.ok) {
      // RULE: client.preview-in-step: somebody who came in while all members sleep is in the version behind theirs. Which commit is the
      // newest is the relay's word, and a hint only: with junk at the end no version knows it.
      if (slot.value.lastCommit >= answer.lastCommit) return found;
      best = { slot: slot.value, found };
      continue;
    }
    const isNewer = isTooOld(found.error);
    // RULE: client.too-old-sends-nothing: who is too old for the room is told so, and does not join it as it was before (attack A104).
    if (isNewer && isFrom(opened.value, link.floor)) return found;
    first ??= isNewer ? { kind: "refused", rejection: { code: "bad_history" } } : found.error;
  }
  return best?.found ?? failed(first ?? { kind: "unknown" });
}

function isTooOld(problem: Problem): boolean {
  return problem.kind === "refused" && problem.rejection.code === "update_needed";
}

/** Whether a chain holds this entry. */
function leadsTo({ entries }: OpenedRoom, { seq, hash }: SlotView["head"]): boolean {
  const at = entries[seq];
  return at !== undefined && equalBytes(at.hash, hash);
}

/** Whether a chain holds a link's floor, as far as it can be read: not behind an upgrade to what this app does not know. */
function isFrom(opened: OpenedRoom, { seq, head }: InviteLink["floor"]): boolean {
  return seq >= opened.entries.length || leadsTo(opened, { seq, hash: head });
}

type JoinPorts = Pick<ClientPorts, "crypto" | "random" | "clock">;

async function judge<T>(ports: JoinPorts, reading: SlotReading<T>, opened: OpenedRoom): Promise<Result<T, Problem>> {
  // Where signatures are verified quicker by the platform than by us, which is asynchronous; the engine is not.
  await ports.crypto.verifyAhead?.(signaturesOf(ports, opened));
  return reading.judge(opened);
}

function judgedBy<T>(judged: Result<T, Rejection>): Result<T, Problem> {
  return judged.ok ? judged : failed({ kind: "refused", rejection: judged.error });
}

/** Gives a reading the roster records that it asks for; `too_large` where it takes more pages than any honest relay makes of it. */
export async function readRosterLog<T>(
  connection: RelayAccess,
  roomTag: RoomTag,
  reading: HistoryReading<Result<T, Rejection>>,
): Promise<Result<T, Problem>> {
  let step = reading.next([]);
  for (let pages = 0; step.done !== true; pages++) {
    // RULE: client.join-bounded: a relay cannot fill the memory of somebody who only looks at an invite, nor keep them reading
    // for ever: each page must bring what was asked for, and pages are counted (attack A80).
    if (pages >= MOST_PAGES) return failed({ kind: "relay", error: "too_large", retryAfter: 0 });
    const answer = await connection.request<"readRoster">({ type: "readRoster", roomTag, record: step.value });
    if (answer.type !== "roster") return failed(problemOf(answer));
    step = reading.next(answer.records);
  }
  return step.value.ok ? step.value : failed({ kind: "refused", rejection: step.value.error });
}

/** The problem of a request that was refused, or was never answered. */
export function problemOf(answer: ErrorResponse | LostAnswer): Problem {
  if (answer.type === "lost") return { kind: "unreachable" };
  return { kind: "relay", error: answer.error, retryAfter: answer.retryAfter };
}
