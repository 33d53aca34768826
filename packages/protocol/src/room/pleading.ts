import { equalBytes, type Result, done, toHex } from "@conclave/codec";
import type { LeafKey } from "../encoding/ids.js";
import { openLeafCert } from "../identity/leafCert.js";
import type { Action } from "../roster/action.js";
import { inboxIdOf, type InboxId, type SlotContent } from "@conclave/wire";
import { type Door, MAX_DOOR_BYTES, MOST_DOOR_ENTRIES, openDoor, sealDoor } from "../invite/door.js";
import { openPlea, type Plea, pleaKeys, type PleaReason, sealPlea } from "../invite/plea.js";
import { refused, type Rejection } from "../policy/rejection.js";
import { decodeEntry } from "../roster/entry.js";
import { replayOn } from "../roster/replay.js";
import type { AllowedEntry } from "../roster/evaluate.js";
import { memberOfLeaf, type Roster } from "../roster/roster.js";
import { slotOf } from "./doorway.js";
import { requestKeyPair } from "./keyring.js";
import { epochOf, type RoomParts } from "./parts.js";

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
 * Our signed plea, sealed to the members of the newest epoch that they may have keys of: what we made alone after a commit that we
 * could not open, nobody need have followed. Null where that key is unusable.
 */
export function plead(parts: RoomParts, secret: Uint8Array, why: PleaReason): Uint8Array | null {
  const { primitives, core, roster, keys, log, roomTag } = parts;
  const { crypto } = primitives;
  const { inviteId, slot, tokenPub, inboxPub } = pleaKeys(crypto, core.roomId, secret);
  // RULE: plea.common-epoch: a plea is for those who are where the others are, and not where we went alone (attack A107).
  const shared = keys.requests.find((each) => each.epoch === core.unopened?.epoch) ?? keys.requests.at(-1)!;
  const requestPub = requestKeyPair(crypto, shared.key).publicKey;
  return sealPlea(
    primitives,
    { roomTag, requestPub, leafSeed: core.leafSeed },
    {
      ...{ roomId: core.roomId, leaf: core.leaf, why, epoch: shared.epoch, log: log.place },
      ...{ head: { seq: roster.seq, hash: roster.head } },
      ...{ doorId: inviteId, doorPub: slot.publicKey, tokenPub, inboxPub },
    },
  );
}

/** A plea that lay at the relay; null for what is none, or is sealed to an epoch whose key we do not have (any more). */
export function readPlea({ primitives, keys, core, roomTag }: RoomParts, blob: Uint8Array): Plea | null {
  for (const { key } of keys.requests.toReversed()) {
    const requestKey = requestKeyPair(primitives.crypto, key).privateKey;
    const plea = openPlea(primitives.crypto, { roomId: core.roomId, roomTag, requestKey }, blob);
    if (plea !== null) return plea;
  }
  return null;
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

/** The door for a leaf that the roster lists. Null where the keys of the plea are unusable. */
export function openDoorFor(parts: RoomParts, plea: Plea, now: number): DoorOpening | null {
  const { doorId: inviteId, tokenPub } = plea;
  // RULE: door.for-device: what is behind the door is sealed to the certificate's own key, which follows from the device's seed: who
  // has the leaf's signature key alone reads nothing by it (attack A108).
  const slotPub = sealKeyOf(parts.roster, plea.leaf);
  if (slotPub === null) return null;
  const slot = slotOf(parts, { inviteId, slotPub, tokenPub }, parts.group.view.groupInfo(), now);
  const answer = slot && answerTo(parts, plea, [], now);
  return answer && { ...answer, slot };
}

/**
 * For a leaf that was taken out: the entries that follow on the one that its holder knows, up to the one that did it. `signed`: all
 * signed entries of our chain, in order. Null where the leaf never was in, or is.
 */
export function tellRemoval(
  parts: RoomParts,
  plea: Plea,
  signed: Iterable<Uint8Array>,
  now: number,
): DoorOpening | null {
  const entries = removalOf(parts, plea, signed);
  const answer = entries && answerTo(parts, plea, entries, now);
  return answer && { ...answer, slot: null };
}

function removalOf(
  { primitives, roster }: RoomParts,
  { leaf, head }: Plea,
  signed: Iterable<Uint8Array>,
): Uint8Array[] | null {
  const { crypto } = primitives;
  let holder: Uint8Array | null = null;
  let since: Uint8Array[] = [];
  for (const bytes of signed) {
    const decoded = decodeEntry(crypto, bytes, roster.version);
    if (!decoded.ok) continue;
    const { action, seq } = decoded.value;
    if (seq > head.seq) since.push(bytes);
    if ("leafCert" in action) {
      const cert = openLeafCert(crypto, action.leafCert);
      if (cert !== null && equalBytes(cert.leaf, leaf)) [holder, since] = [cert.person, seq > head.seq ? since : []];
    }
    if (holder !== null && takesOut(action, leaf, holder)) return fitting(since);
  }
  return null;
}

function takesOut(action: Action, leaf: LeafKey, person: Uint8Array): boolean {
  if ("leaf" in action) return equalBytes(action.leaf, leaf);
  return (action.type === "remove" || action.type === "leave") && equalBytes(action.person, person);
}

// Whoever asks may have been away for long: then they are shown who took them out, and have to ask people for the rest.
function fitting(entries: readonly Uint8Array[]): Uint8Array[] {
  const bytes = entries.reduce((sum, { length }) => sum + length + 4, 0);
  return entries.length > MOST_DOOR_ENTRIES || bytes > MAX_DOOR_BYTES ? entries.slice(-1) : [...entries];
}

function answerTo(
  parts: RoomParts,
  { leaf: asked, doorPub, inboxPub }: Plea,
  entries: readonly Uint8Array[],
  time: number,
) {
  const { primitives, core, roomTag } = parts;
  const { roomId, leaf, leafSeed } = core;
  const blob = sealDoor(primitives, { roomTag, doorPub, leafSeed }, { roomId, asked, leaf, time, entries });
  return blob && { inboxId: inboxIdOf((data) => primitives.crypto.hash("sha256", data), inboxPub), blob };
}

/** The answer to our plea of this secret, or null for what is none. */
export function readDoor({ primitives, core, roomTag }: RoomParts, secret: Uint8Array, blob: Uint8Array): Door | null {
  const { crypto } = primitives;
  const { roomId, leaf: asked } = core;
  const doorKey = pleaKeys(crypto, roomId, secret).slot.privateKey;
  return openDoor(crypto, { roomId, roomTag, asked, doorKey }, blob);
}

/**
 * The entry by which we were taken out, as an answer to our plea shows it: judged, with all that lies between, from our own roster
 * on.
 *
 * RULE: door.judged: nobody is told that they were removed by a member's word alone: the entries are the room's own (attack A108).
 */
export function judgeRemoval(
  { primitives, roster, core }: RoomParts,
  { entries, leaf }: Door,
): Result<AllowedEntry, Rejection> {
  const replayed = replayOn(primitives.crypto, roster, entries);
  if (!replayed.ok) return replayed;
  const last = replayed.value.transitions.at(-1);
  const isOut = last?.removed.some((gone) => equalBytes(gone, core.leaf)) === true;
  // RULE: door.by-member: nobody is told so by somebody who is not in the room (attack A108).
  if (memberOfLeaf(replayed.value.roster, leaf) === null) return refused("bad_history", "not told by a member");
  return isOut ? done(last) : refused("bad_history", "not removed");
}
