import { encode, list, opaque, optional, pair, stored, struct, text, toHex } from "@conclave/codec";
import type { Engine, Group, StagedCommit } from "@conclave/mls";
import type { RoomTag } from "@conclave/wire";
import { prefixDelta } from "../encoding/delta.js";
import type { MessageId } from "../encoding/ids.js";
import { bytes32 } from "../encoding/signed.js";
import type { Alarm } from "../evidence/alarm.js";
import type { Delta, Provider } from "../encoding/provider.js";
import type { Roster } from "../roster/roster.js";
import type { KnownApps } from "./apps.js";
import type { BeforeCommit, Judgement } from "./judge.js";
import type { Keyring } from "./keyring.js";
import type { LogMemory } from "../evidence/logMemory.js";
import type { Append } from "./outcome.js";
import type { ProposalRecords } from "./proposalRecords.js";
import type { RelayWatch } from "./relayWatch.js";
import type { RoomCore } from "./roomCore.js";
import { appendLayout } from "./storedAppend.js";

/** An own commit that is on its way. */
export interface Pending {
  /** Of its record in the log. */
  readonly recordHash: Uint8Array;
  readonly append: Append;
  readonly judgement: Judgement;
  /** As it was made; null when it was made before the process began, and only its records are left. */
  readonly staged: StagedCommit | null;
  /** The group's records after it. */
  readonly groupDelta: Delta;
}

/** What a room consists of while it is in memory. Only the files of this folder change it. */
export interface RoomParts {
  readonly primitives: Provider;
  readonly engine: Engine;
  readonly roomTag: RoomTag;
  readonly log: LogMemory;
  readonly watch: RelayWatch;
  readonly proposals: ProposalRecords;
  /** Own messages that are not in the log yet: hexadecimal record hash to message id. */
  readonly own: Map<string, MessageId>;
  /** What the apps of the others know. */
  readonly apps: KnownApps;
  group: Group;
  roster: Roster;
  core: RoomCore;
  keys: Keyring;
  pending: Pending | null;
  /** Own commits of this epoch that were given up: the relay has seen them, and may bring them into the log all the same. */
  withdrawn: readonly Pending[];
  /** The group's records, kept only while a pending commit has to be applied to them. */
  groupRecords: Map<string, Uint8Array> | null;
  /** Alarms that pause the room. */
  alarms: readonly Alarm[];
  isCaughtUp: boolean;
}

/** The prefix of MLS's records among a room's. */
export const GROUP = "g/";

export function beforeCommit({ primitives, roomTag, roster, keys, group, core }: RoomParts): BeforeCommit {
  const { lastCommit } = core;
  return { crypto: primitives.crypto, roomTag, roster, keys, view: group.view, lastCommit };
}

/** The current epoch as a number: rooms never come near 2^53. */
export function epochOf({ group }: Pick<RoomParts, "group">): number {
  return Number(group.epoch);
}

/** A change of the group's records: kept in step where they are needed, and as records of the room. */
export function groupDelta(parts: RoomParts, delta: Delta): Delta {
  for (const [key, value] of delta.put) parts.groupRecords?.set(key, value);
  for (const key of delta.delete) parts.groupRecords?.delete(key);
  return prefixDelta(GROUP, delta);
}

/** The record of an own message on its way. */
export function ownKey(recordHash: Uint8Array): string {
  return `o/${toHex(recordHash)}`;
}

export const PENDING = "s/pending";
const WITHDRAWN = "s/withdrawn/";
export const CORE = "s/core";
export const KEYS = "s/keys";
export const ALARM_RECORD = "s/alarms";

/** The record of an own commit that was given up. */
export function withdrawnKey({ recordHash }: Pick<Pending, "recordHash">): string {
  return WITHDRAWN + toHex(recordHash);
}

export function isWithdrawnKey(key: string): boolean {
  return key.startsWith(WITHDRAWN);
}

const pendingLayout = struct({
  recordHash: bytes32,
  /** The roster entry that it carries. */
  entry: optional(opaque()),
  append: appendLayout,
  groupDelta: struct<Delta>({ put: list(pair(text(), opaque())), delete: list(text()) }),
});

export function encodePending({ judgement, ...pending }: Pending): Uint8Array {
  return encode({ ...pending, entry: judgement.transition?.entry.bytes ?? null }, pendingLayout.write);
}

/** The pending commit that was stored, as it is judged against the room now. @throws TypeError when it is damaged */
export function decodePending(
  bytes: Uint8Array,
  judged: (entry: Uint8Array | null, attachment: Uint8Array) => Judgement,
): Pending {
  const { entry, ...rest } = stored("pending commit", bytes, pendingLayout);
  return { ...rest, judgement: judged(entry, rest.append.attachment), staged: null };
}
