import { done, failed, type Result } from "@conclave/codec";
import {
  type DecisionRecord,
  type DeviceIdentity,
  inviteKeys,
  type InviteLink,
  judgeRoom,
  type OpenDoor,
  type OpenedRoom,
  type Removal,
  type Room,
  openingRoom,
  readSlot,
  type RoomPreview,
  roomTagOf,
  signaturesOf,
  type SlotView,
  type Rejection,
} from "@conclave/protocol";
import type { RoomTag, RosterRecord } from "@conclave/wire";
import type { LostAnswer } from "../relay/answer.js";
import type { RelayConnection } from "../relay/relayConnection.js";
import type { ClientPorts } from "../api/client.js";
import type { Problem } from "../api/problem.js";
import type { ErrorResponse } from "@conclave/wire";

/** How many versions of a slot are tried: anybody who has the link may have put junk there (A42). */
const VERSIONS = 6;
const MOST_ROSTER_BYTES = 128 * 1024 * 1024;
/** What a record takes in memory beside its bytes, roughly. */
const RECORD_BYTES = 256;
/** An honest relay gives hundreds of records at a time. */
const MOST_PAGES = 4096;

/**
 * Reads what a link leads to and checks all of it (docs/protocol.md §5, Joining). Sends nothing but the ids that the link
 * itself gives, stores nothing. The newest version of the slot that is valid counts;
 * but if that is of before the commit at `least`, one that is newer: the relay keeps the versions of people whom it does not know
 * yet behind those of members, and they may be all that is in step with the room.
 */
export async function previewSlot(
  ports: JoinPorts,
  connection: RelayConnection,
  link: InviteLink,
  least = 0,
): Promise<Result<RoomPreview, Problem>> {
  return readSlotOf(ports, connection, link, { key: null, least, judge: (opened) => judgeRoom(ports, opened) });
}

/** Reads the door that was opened for our plea of this secret, and checks all that it leads to. As `previewSlot`. */
export async function previewDoor(
  ports: JoinPorts,
  connection: RelayConnection,
  room: Room,
  { secret, device }: { readonly secret: Uint8Array; readonly device: DeviceIdentity },
): Promise<Result<OpenDoor, Problem>> {
  return readSlotOf(ports, connection, room.doors.doorLink(secret), {
    key: room.doors.doorKey(device.deviceSeed),
    least: 0,
    judge: (opened) => room.doors.judgeDoor(opened),
  });
}

/** Finds in the room's own history that we were removed, as an answer to our plea says. `refused` where that is not proved. */
export async function proveRemoval(
  ports: JoinPorts,
  connection: RelayConnection,
  { tag, doors }: Room,
  removal: Removal,
): Promise<Result<DecisionRecord, Problem>> {
  const records = await readRosterLog(connection, tag);
  if (!records.ok) return records;
  const opened = await inPieces(ports, doors.openingRemoval(removal, records.value));
  if (!opened.ok) return failed({ kind: "refused", rejection: opened.error });
  await ports.crypto.verifyAhead?.(signaturesOf(ports, opened.value));
  const judged = doors.judgeRemoval(opened.value);
  return judged.ok ? judged : failed({ kind: "refused", rejection: judged.error });
}

/** What opens a slot, and what says whether to believe what is in it. */
interface SlotReading<T> {
  readonly key: Uint8Array | null;
  /** It has to know the commit here, if any version does. */
  readonly least: number;
  readonly judge: (opened: OpenedRoom) => Result<T, Rejection>;
}

async function readSlotOf<T>(
  ports: JoinPorts,
  connection: RelayConnection,
  link: InviteLink,
  reading: SlotReading<T>,
): Promise<Result<T, Problem>> {
  const roomTag = roomTagOf(ports.crypto, link.roomId);
  const { slotId } = inviteKeys(ports.crypto, link.roomId, link.secret);
  let records: readonly RosterRecord[] | null = null;
  let first: Problem | null = null;
  let stale: { readonly at: number; readonly read: T } | null = null;
  for (let back = 0, versions = 1; back < Math.min(versions, VERSIONS); back++) {
    const answer = await connection.request<"getSlot">({ type: "getSlot", roomTag, slotId, back });
    if (answer.type !== "slot") {
      first ??= problemOf(answer);
      break;
    }
    versions = answer.versions;
    const slot = readSlot(ports, link, answer.blob, reading.key);
    if (!slot.ok || (stale !== null && slot.value.lastCommit <= stale.at)) {
      first ??= slot.ok ? null : { kind: "refused", rejection: slot.error };
      continue;
    }
    if (records === null) {
      const read = await readRosterLog(connection, roomTag);
      if (!read.ok) return read;
      records = read.value;
    }
    const judged = await judge(ports, reading, [link, slot.value, records]);
    if (judged.ok) {
      if (slot.value.lastCommit >= reading.least) return done(judged.value);
      stale = { at: slot.value.lastCommit, read: judged.value };
      continue;
    }
    const problem = { kind: "refused", rejection: judged.error } as const;
    // RULE: client.too-old-sends-nothing: who is too old for the room is told so, and does not join it as it was before (attack A104).
    if (judged.error.code === "update_needed") return failed(problem);
    first ??= problem;
  }
  return stale === null ? failed(first ?? { kind: "unknown" }) : done(stale.read);
}

type JoinPorts = Pick<ClientPorts, "crypto" | "random" | "clock">;

async function judge<T>(
  ports: JoinPorts,
  reading: SlotReading<T>,
  found: [InviteLink, SlotView, readonly RosterRecord[]],
): Promise<Result<T, Rejection>> {
  const opened = await inPieces(ports, openingRoom(ports, ...found));
  if (!opened.ok) return opened;
  // Where signatures are verified quicker by the platform than by us, which is asynchronous; the engine is not.
  await ports.crypto.verifyAhead?.(signaturesOf(ports, opened.value));
  return reading.judge(opened.value);
}

/** Does the pieces of a work, with room for everything else between them. */
async function inPieces<T>({ clock }: Pick<ClientPorts, "clock">, work: Generator<void, T>): Promise<T> {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    await new Promise<void>((resolve) => {
      clock.setTimer(0, resolve);
    });
  }
}

/** All sealed roster records of a room; `too_large` where there are more than any honest room has. */
export async function readRosterLog(
  connection: RelayConnection,
  roomTag: RoomTag,
): Promise<Result<readonly RosterRecord[], Problem>> {
  const records: RosterRecord[] = [];
  let bytes = 0;
  for (let fromN = 0, pages = 0, more = true; more; pages++) {
    const answer = await connection.request<"readRoster">({ type: "readRoster", roomTag, fromN });
    if (answer.type !== "roster") return failed(problemOf(answer));
    more = answer.more && answer.records.length > 0;
    fromN = (answer.records.at(-1)?.n ?? 0) + 1;
    for (const record of answer.records) bytes += record.attachment.length + RECORD_BYTES;
    // RULE: client.join-bounded: a relay cannot fill the memory of somebody who only looks at an invite, nor keep them reading
    // for ever: what it gives is counted, and how often it is asked (attack A80).
    const isTooMuch = bytes > MOST_ROSTER_BYTES || pages >= MOST_PAGES;
    if (isTooMuch) return failed({ kind: "relay", error: "too_large", retryAfter: 0 });
    records.push(...answer.records);
  }
  return done(records);
}

/** The problem of a request that was refused, or was never answered. */
export function problemOf(answer: ErrorResponse | LostAnswer): Problem {
  if (answer.type === "lost") return { kind: "unreachable" };
  return { kind: "relay", error: answer.error, retryAfter: answer.retryAfter };
}
