import { done, equalBytes, toHex, type Result } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import type { RoomTag, RosterRecord } from "@conclave/wire";
import type { RoomId } from "../encoding/ids.js";
import { readChain } from "../roster/chain.js";
import { type Entry, placeOf } from "../roster/entry.js";
import { refused, type Rejection } from "../policy/rejection.js";
import { generationOf, openRosterRecord, type RosterKey, rosterKeyCheck } from "../transport/rosterLog.js";
import type { RosterKeys } from "../invite/slot.js";
import { roomTagOf } from "./roomTag.js";

/** A room's chain as the roster log has it, not judged yet. */
export interface OpenedHistory {
  /** The charter first. */
  readonly entries: readonly Entry[];
  /** The roster keys of all generations until its head, the newest first. */
  readonly keys: readonly RosterKey[];
}

/** Longest chain of entries that is read. */
const MAX_ENTRIES = 1 << 20;

/**
 * The whole chain out of the relay's roster log, for somebody who joins: walked back from `head` to the charter, one
 * generation of keys after another (docs/protocol.md §5, Joining). Records that lead nowhere are passed over: refused commits
 * leave such. Nothing is judged yet: `replayEntries` does that.
 */
export function openHistory(...what: Parameters<typeof openingHistory>): Result<OpenedHistory, Rejection> {
  return atOnce(openingHistory(...what));
}

/** The same in pieces: it yields now and then, so that other work goes on. */
export function* openingHistory(
  crypto: Crypto,
  place: { readonly roomId: RoomId; readonly head: Uint8Array },
  { roster, isRosterKeyUsed }: RosterKeys,
  records: readonly RosterRecord[],
): Generator<void, Result<OpenedHistory, Rejection>> {
  const sealed = byGeneration(records);
  const roomTag = roomTagOf(crypto, place.roomId);
  const chain: Uint8Array[] = [];
  const keys: RosterKey[] = [];
  let wanted = toHex(place.head);
  // The newest key may be in no record yet: then the head is under the one before.
  let key = roster.at(isRosterKeyUsed ? -1 : -2) ?? roster.at(-1);
  while (key !== undefined) {
    keys.push(key);
    const opened = yield* openGeneration(crypto, roomTag, key, sealed.get(key.generation) ?? []);
    let check: Uint8Array | null = null;
    // Its first entry is where a generation ends, also where older ones were sealed once more under its key.
    while (check === null) {
      const bytes = opened.entries.get(wanted);
      // RULE: history.whole: a chain with a hole in it, or without an end, proves nothing (attacks A13, A18, A96).
      if (bytes === undefined || chain.length >= MAX_ENTRIES) return refused("bad_history", "an entry is missing");
      const at = placeOf(bytes);
      if (at === null) return refused("bad_history", "no entry");
      chain.push(bytes);
      if (at.seq === 0) {
        const entries = chainOf(crypto, chain.reverse(), place.roomId);
        return entries.ok ? done({ entries: entries.value, keys }) : entries;
      }
      wanted = toHex(at.prev);
      check = at.keyCheck;
    }
    key = keyBefore(crypto, key, check, opened.previousKeys);
  }
  return refused("bad_history", "a key is missing");
}

function chainOf(...what: Parameters<typeof readChain>): ReturnType<typeof readChain> {
  const read = readChain(...what);
  return read.ok || read.error.code !== "malformed" ? read : refused("bad_history", read.error.detail);
}

/**
 * The key of the generation before.
 *
 * RULE: history.key-check: of all keys that records name for the one before, it is the one whose hash the first entry of the
 * generation was signed with: anybody who can seal a record, by a link too, leads no newcomer to another (attack A105).
 */
function keyBefore(
  crypto: Crypto,
  { generation }: RosterKey,
  check: Uint8Array,
  named: readonly Uint8Array[],
): RosterKey | undefined {
  const key = named.find((each) => equalBytes(rosterKeyCheck(crypto, each), check));
  return key && { generation: generation - 1, key };
}

function byGeneration(records: readonly RosterRecord[]): ReadonlyMap<number, readonly Uint8Array[]> {
  const sealed = new Map<number, Uint8Array[]>();
  for (const { attachment } of records) {
    const generation = generationOf(attachment) ?? -1;
    const others = sealed.get(generation);
    if (others === undefined) sealed.set(generation, [attachment]);
    else others.push(attachment);
  }
  return sealed;
}

/** Does all the pieces of a work one after another. */
export function atOnce<T>(work: Generator<void, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

/** So many records are opened in one piece. */
const PIECE = 512;

/** What the records of one generation hold: each is opened once. */
function* openGeneration(
  crypto: Crypto,
  roomTag: RoomTag,
  key: RosterKey,
  sealed: readonly Uint8Array[],
): Generator<void, { entries: ReadonlyMap<string, Uint8Array>; previousKeys: readonly Uint8Array[] }> {
  const entries = new Map<string, Uint8Array>();
  const previousKeys: Uint8Array[] = [];
  for (const [at, record] of sealed.entries()) {
    // RULE: history.in-pieces: a flood of records that lead nowhere does not stop the device that reads them (attack A80).
    if (at % PIECE === PIECE - 1) yield;
    const opened = openRosterRecord(crypto, roomTag, [key], record);
    if (opened === null) continue;
    entries.set(toHex(crypto.hash("sha256", opened.entry)), opened.entry);
    if (opened.previousKey !== null) previousKeys.push(opened.previousKey);
  }
  return { entries, previousKeys };
}
