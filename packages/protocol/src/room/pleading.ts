import { equalBytes, type Result, done, toHex } from "@conclave/codec";
import type { LeafKey, PersonId } from "../encoding/ids.js";
import { openLeafCert } from "../identity/leafCert.js";
import type { Action } from "../roster/action.js";
import { inboxIdOf, type InboxId, type SlotContent } from "@conclave/wire";
import { type Door, openDoor, type Removal, sealDoor } from "../invite/door.js";
import { generationOfPlea, openPlea, type Plea, pleaKeys, type PleaReason, sealPlea } from "../invite/plea.js";
import { refused, type Rejection } from "../policy/rejection.js";
import { decodeEntry, type Entry } from "../roster/entry.js";
import { replayEntries } from "../roster/replay.js";
import type { AllowedEntry } from "../roster/evaluate.js";
import { hasToken, inviteOf, memberOf, memberOfLeaf, type Roster } from "../roster/roster.js";
import { entryKey } from "./acceptCommit.js";
import { chainRecords } from "./chainRecords.js";
import { slotOf } from "./doorway.js";
import { type OpenedHistory, readingHistory } from "./history.js";
import { currentRosterKey, rosterKeyRecord } from "./keyring.js";
import { epochOf, type RoomParts } from "./parts.js";
import { checkFloor } from "./preview.js";
import { floorOf } from "./seat.js";

/**
 * Why this device cannot go on in the room by itself, as far as it can tell; null where it can, or does not know better. It is a
 * reason to ask, and no more: a false one costs one request.
 */
export function pleaReason({
  core,
  alarms,
  ...parts
}: Pick<RoomParts, "core" | "alarms" | "group">): PleaReason | null {
  if (alarms.some(({ code }) => code === "RESTORED")) return "copy";
  if (core.status !== "active") return null;
  if (alarms.some(({ code }) => code === "SHUT_OUT")) return "behind";
  return core.unopened !== null || core.ahead > epochOf(parts) ? "unopened" : null;
}

/**
 * Our signed plea, sealed to all who are in the room, now or later, as far as we know which way it went: what we decided alone
 * after a commit that we could not open, nobody need have followed.
 */
export function plead(parts: RoomParts, secret: Uint8Array, why: PleaReason): Uint8Array {
  const { primitives, core, roster, keys, log, roomTag } = parts;
  const { inviteId, slot, tokenPub, inboxPub } = pleaKeys(primitives.crypto, core.roomId, secret);
  // RULE: plea.common-key: a plea is for those who are where the others are, and not where we went alone (attack A107).
  const { epoch, rosterKey } = core.unopened ?? { epoch: epochOf(parts), rosterKey: currentRosterKey(keys) };
  return sealPlea(
    primitives,
    { roomTag, rosterKey, leafSeed: core.leafSeed },
    {
      ...{ roomId: core.roomId, leaf: core.leaf, why, epoch, log: log.place },
      ...{ head: { seq: roster.seq, hash: roster.head } },
      ...{ doorId: inviteId, doorPub: slot.publicKey, tokenPub, inboxPub },
    },
  );
}

/**
 * The name of this room's record without which a plea cannot be opened: the roster key that it says it is sealed under. Null for
 * bytes that are no plea.
 */
export function keyRecordOfPlea(blob: Uint8Array): string | null {
  const generation = generationOfPlea(blob);
  return generation === null ? null : rosterKeyRecord(generation);
}

/**
 * A plea that lay at the relay, opened with what is in {@link keyRecordOfPlea}; null for what is none.
 *
 * RULE: plea.readable: everyone in the room can open the plea of anybody who was, however many keys others made meanwhile: a roster
 * key lasts from one removal to the next, and every member has all of them (attack A107).
 */
export function readPlea({ primitives, core, roomTag }: RoomParts, blob: Uint8Array, key: Uint8Array): Plea | null {
  const generation = generationOfPlea(blob);
  if (generation === null) return null;
  return openPlea(primitives.crypto, { roomId: core.roomId, roomTag, rosterKey: { generation, key } }, blob);
}

/** What can be said to who pleads. */
export type PleaStanding =
  /** Their device is in the room, and we are farther than they are: a door helps. */
  | "waits"
  /** Their device is in the room, and we stand where they do, or behind: others may help. */
  | "ahead"
  /** The roster does not list this leaf (any more). */
  | "out";

/**
 * RULE: plea.listed: a door is opened for a leaf that the roster lists, and for no other: who was taken out, or never was in, gets
 * no key (attacks A58, A108).
 */
export function pleaStanding({ roster, core, ...parts }: RoomParts, { leaf, why, epoch }: Plea): PleaStanding {
  if (!roster.leaves.has(toHex(leaf))) return "out";
  if (equalBytes(leaf, core.leaf)) return "ahead";
  return why === "copy" || epoch < epochOf(parts) ? "waits" : "ahead";
}

/** What a member leaves for who pleads: an answer in their inbox and, where they may come back, the slot that is their door. */
export interface DoorOpening {
  readonly inboxId: InboxId;
  readonly blob: Uint8Array;
  /** Put it at the relay before the answer. Null for who was taken out. */
  readonly slot: SlotContent | null;
}

function sealKeyOf(roster: Roster, leaf: LeafKey): Uint8Array | null {
  const devices = memberOfLeaf(roster, leaf)?.devices ?? [];
  return devices.find((device) => equalBytes(device.leaf, leaf))?.seal ?? null;
}

/** The door for a leaf that the roster lists. Null where the keys of the plea are unusable, or its door is not one of its own. */
export function openDoorFor(parts: RoomParts, plea: Plea, now: number): DoorOpening | null {
  const { doorId: inviteId, tokenPub } = plea;
  // RULE: door.no-invite: nobody has the slot of an invite filled with something else by calling their door so, or by its token
  // (attack A108).
  if (inviteOf(parts.roster, inviteId) !== null || hasToken(parts.roster, tokenPub)) return null;
  // RULE: door.for-device: what is behind the door is sealed to the certificate's own key, which follows from the device's seed: who
  // has the leaf's signature key alone reads nothing by it (attack A108).
  const slotPub = sealKeyOf(parts.roster, plea.leaf);
  if (slotPub === null) return null;
  const slot = slotOf(parts, { inviteId, slotPub, tokenPub }, parts.group.view.groupInfo(), now);
  const answer = slot && answerTo(parts, plea, null, now);
  return answer && { ...answer, slot };
}

/**
 * For a leaf that was taken out: by which entry, and the key by which its holder reads the roster log until there, and no further.
 * `stored`: all of this room's records under `x/`. Null where the leaf never was in, or is.
 */
export function tellRemoval(
  parts: RoomParts,
  plea: Plea,
  stored: Iterable<readonly [string, Uint8Array]>,
  now: number,
): DoorOpening | null {
  const removal = removalOf(parts, plea, new Map(stored));
  const answer = removal && answerTo(parts, plea, removal, now);
  return answer && { ...answer, slot: null };
}

function removalOf(parts: RoomParts, { leaf }: Plea, stored: ReadonlyMap<string, Uint8Array>): Removal | null {
  const { primitives, roster } = parts;
  let holder: Uint8Array | null = null;
  const entries: Entry[] = [];
  for (let seq = 0; seq <= roster.seq; seq++) {
    const decoded = decodeEntry(primitives.crypto, stored.get(entryKey(seq)) ?? new Uint8Array(0), roster.version);
    if (!decoded.ok) return null;
    entries.push(decoded.value);
    const { action, hash } = decoded.value;
    if ("leafCert" in action) {
      const cert = openLeafCert(primitives.crypto, action.leafCert);
      if (cert !== null && equalBytes(cert.leaf, leaf)) holder = cert.person;
    }
    if (holder === null || !takesOut(action, leaf, holder)) continue;
    // Only now: anyone with a link can ask about leaves that never were in, and sealing costs more than looking.
    const last = lastRecordOf(parts, entries, stored);
    return last && { hash, ...last };
  }
  return null;
}

/** The hash of the last record of a chain, and its key. */
function lastRecordOf(
  parts: RoomParts,
  entries: readonly Entry[],
  stored: ReadonlyMap<string, Uint8Array>,
): Omit<Removal, "hash"> | null {
  const records = [...chainRecords(parts, entries, stored)];
  const last = records.length === entries.length ? records.at(-1) : undefined;
  return last === undefined ? null : { rosterKey: last.rosterKey, record: last.hash };
}

function takesOut(action: Action, leaf: LeafKey, person: Uint8Array): boolean {
  if ("leaf" in action) return equalBytes(action.leaf, leaf);
  return (action.type === "remove" || action.type === "leave") && equalBytes(action.person, person);
}

function answerTo(parts: RoomParts, { leaf: asked, doorPub, inboxPub }: Plea, removal: Removal | null, time: number) {
  const { primitives, core, roomTag } = parts;
  const { roomId, leaf, leafSeed } = core;
  const blob = sealDoor(primitives, { roomTag, doorPub, leafSeed }, { roomId, asked, leaf, time, removal });
  return blob && { inboxId: inboxIdOf((data) => primitives.crypto.hash("sha256", data), inboxPub), blob };
}

/** The answer to our plea of this secret, or null for what is none. */
export function readDoor({ primitives, core, roomTag }: RoomParts, secret: Uint8Array, blob: Uint8Array): Door | null {
  const { crypto } = primitives;
  const { roomId, leaf: asked } = core;
  const doorKey = pleaKeys(crypto, roomId, secret).slot.privateKey;
  return openDoor(crypto, { roomId, roomTag, asked, doorKey }, blob);
}

/** The chain up to the entry by which we were taken out, as an answer to our plea tells: read from the roster log, page by page. */
export function openingRemoval(
  { primitives, core }: RoomParts,
  { hash, rosterKey, record }: Removal,
): ReturnType<typeof readingHistory> {
  // RULE: door.in-log: what is to have taken us out is in the relay's log, and not only in somebody's words (attack A108).
  const keys = { roster: [rosterKey], isRosterKeyUsed: true, record };
  return readingHistory(primitives.crypto, { roomId: core.roomId, head: hash }, keys);
}

/**
 * The entry by which we were taken out, as an answer to our plea tells, judged with the whole chain before it. `teller`: the leaf
 * that signed the answer. Refused where that proves nothing: then it is what the answering device says.
 *
 * RULE: door.judged: nobody is told that they were removed by a member's word alone: the entries are the room's own, and follow on
 * what we know ourselves (attack A108).
 */
export function judgeRemoval(
  parts: RoomParts,
  teller: LeafKey,
  { entries }: Pick<OpenedHistory, "entries">,
): Result<AllowedEntry, Rejection> {
  const { primitives, core, roster } = parts;
  const witness = memberOfLeaf(roster, teller);
  // RULE: door.second-word: a chain shows that its author signed it, and not that anybody followed. So it takes the word of somebody
  // else, and we know both: who was removed meanwhile writes on alone from where we stand, with whomever they let in there (attack A158).
  const provedBy = (author: PersonId) =>
    witness !== null && !equalBytes(author, witness.person) && memberOf(roster, author) !== null;
  const history = replayEntries(primitives.crypto, entries, core.roomId);
  if (!history.ok) {
    const { upgraded } = history.error;
    return upgraded?.by && !provedBy(upgraded.by.person) ? refused("bad_history", "one word alone") : history;
  }
  const floored = checkFloor(history.value, floorOf(parts));
  if (floored !== null) return floored;
  const last = history.value.transitions.at(-1)!;
  if (!last.removed.some((gone) => equalBytes(gone, core.leaf))) return refused("bad_history", "not removed");
  if (!provedBy(last.entry.author.person)) return refused("bad_history", "one word alone");
  if (memberOfLeaf(history.value.roster, teller) === null) return refused("bad_history", "told by somebody who is out");
  // RULE: door.later-epoch: a commit of an epoch in which we were we have judged ourselves. One that lost the race is not brought up
  // again as if it had won (attack A108).
  const epoch = core.unopened?.epoch ?? epochOf(parts);
  return last.entry.epoch > epoch ? done(last) : refused("bad_history", "of an epoch that we know");
}
