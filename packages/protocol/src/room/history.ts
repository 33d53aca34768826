import { done, equalBytes, type Result, toHex } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import type { RoomId } from "../encoding/ids.js";
import { readChain } from "../roster/chain.js";
import { type Entry, placeOf } from "../roster/entry.js";
import { refused, type Rejection } from "../policy/rejection.js";
import { NO_RECORD, openRosterRecord, type RosterKey, rosterKeyCheck } from "../transport/rosterLog.js";
import type { RosterKeys } from "../invite/slot.js";
import { roomTagOf } from "./roomTag.js";

/** A room's chain as the roster log has it, not judged yet. */
export interface OpenedHistory {
  /** The charter first. */
  readonly entries: readonly Entry[];
  /** The hash of the record of each. */
  readonly records: readonly Uint8Array[];
  /** The roster keys of all generations until its head, the newest first. */
  readonly keys: readonly RosterKey[];
}

/** The longest history that is read, in entries and in their bytes. */
const LONGEST = { entries: 1 << 20, bytes: 256 << 20 };

/**
 * Reads roster records, a page at a time: it gives the hash of the record that it needs, and goes on with that record and, behind
 * it, as many of those that it follows as there are at hand, the newest first.
 */
export type HistoryReading<T> = Generator<Uint8Array, T, readonly Uint8Array[]>;

/**
 * The whole chain out of the relay's roster log, for somebody who joins: from `head` back to the charter, each entry from the one
 * record that is its own (docs/protocol.md §5, Joining). Nothing is judged yet: `replayEntries` does that.
 *
 * @param known what was read before: what both have in common is not read again
 * @param longest the longest history that is read, in entries and in their bytes
 */
export function* readingHistory(
  crypto: Crypto,
  place: { readonly roomId: RoomId; readonly head: Uint8Array },
  { roster, isRosterKeyUsed, record }: RosterKeys,
  known: OpenedHistory = { entries: [], records: [], keys: [] },
  longest = LONGEST,
): HistoryReading<Result<OpenedHistory, Rejection>> {
  const roomTag = roomTagOf(crypto, place.roomId);
  const sha256 = (data: Uint8Array) => crypto.hash("sha256", data);
  const chain: Uint8Array[] = [];
  const records: Uint8Array[] = [];
  const keys: RosterKey[] = [];
  let bytes = 0;
  let wanted: { entry: Uint8Array; record: Uint8Array; seq?: number } = { entry: place.head, record };
  // The newest key may be in no record yet: then the head is under the one before.
  let key = roster.at(isRosterKeyUsed ? -1 : -2);
  let page: readonly Uint8Array[] = [];
  for (let at = 0; key !== undefined; at++) {
    if (keys.at(-1) !== key) keys.push(key);
    if (at === page.length) [page, at] = [yield wanted.record, 0];
    // RULE: history.only-the-chain: of what a relay gives nothing is kept, and nothing further read, but the very records that lead
    // from the head to the charter: junk costs a newcomer no memory and no time, however much of it there is (attacks A80, A106).
    const sealed = page[at];
    if (sealed === undefined) return missing();
    const hash = sha256(sealed);
    if (!equalBytes(hash, wanted.record)) return missing();
    const opened = openRosterRecord(crypto, roomTag, [key], sealed);
    // RULE: history.whole: a chain with a hole in it, or without an end, proves nothing (attacks A13, A18, A96).
    if (opened === null || !equalBytes(sha256(opened.entry), wanted.entry)) return missing();
    // A copy: what was opened has the size that it was padded to.
    const entry = opened.entry.slice();
    bytes += entry.length;
    const { seq, prev, keyCheck } = placeOf(entry) ?? { seq: -1, prev: entry, keyCheck: null };
    if (seq !== opened.seq || seq !== (wanted.seq ?? seq)) return refused("bad_history", "no entry");
    // RULE: history.bounded: anyone with a link can lead a newcomer to a chain of their own, and that has an end too (attack A80).
    if (seq >= longest.entries || bytes > longest.bytes) return refused("bad_history", "too long");
    chain.push(entry);
    records.push(hash);
    const { before, generation, previousKey } = opened;
    const keyOfPrev = keyBefore(crypto, key, keyCheck, previousKey);
    if (keyOfPrev === undefined) break;
    // RULE: history.first-record: the first record is the charter's own, under the first key. As each record names the one before, an
    // entry has one record and no other, and who joins behind it names the record that all others expect (attack A106).
    if (seq === 0 && (generation !== 0 || !equalBytes(before, NO_RECORD))) return missing();
    if (seq === 0 || isKnown(known, seq - 1, { hash: prev, record: before, key: keyOfPrev })) {
      const same = known.entries.slice(0, seq).map((each) => each.bytes);
      if (same.reduce((sum, each) => sum + each.length, bytes) > longest.bytes)
        return refused("bad_history", "too long");
      const entries = chainOf(crypto, [...same, ...chain.reverse()], place.roomId);
      if (!entries.ok) return entries;
      const older = known.keys.filter((each) => seq > 0 && each.generation < generation);
      return done({
        entries: entries.value,
        records: [...known.records.slice(0, seq), ...records.reverse()],
        keys: [...keys, ...older],
      });
    }
    wanted = { entry: prev, record: before, seq: seq - 1 };
    key = keyOfPrev;
  }
  return refused("bad_history", "a key is missing");
}

function missing(): ReturnType<typeof refused> {
  return refused("bad_history", "an entry is missing");
}

function chainOf(...what: Parameters<typeof readChain>): ReturnType<typeof readChain> {
  const read = readChain(...what);
  return read.ok || read.error.code !== "malformed" ? read : refused("bad_history", read.error.detail);
}

/** Whether an entry was read before, by the same record under the same key. */
function isKnown(
  { entries, records, keys }: OpenedHistory,
  seq: number,
  entry: { readonly hash: Uint8Array; readonly record: Uint8Array; readonly key: RosterKey },
): boolean {
  const known = [
    entries[seq]?.hash,
    records[seq],
    keys.find(({ generation }) => generation === entry.key.generation)?.key,
  ];
  return [entry.hash, entry.record, entry.key.key].every((each, at) => known[at] && equalBytes(each, known[at]));
}

/**
 * The key of the entry before; undefined where the record does not name it as the entry says.
 *
 * RULE: history.key-check: a record names the key before, and it is that one only if its hash is what the first entry of the
 * generation was signed with: anybody who can seal a record, by a link too, leads no newcomer to another (attack A105).
 */
function keyBefore(
  crypto: Crypto,
  key: RosterKey,
  check: Uint8Array | null,
  named: Uint8Array | null,
): RosterKey | undefined {
  if (check === null) return named === null ? key : undefined;
  if (named === null || !equalBytes(rosterKeyCheck(crypto, named), check)) return undefined;
  return { generation: key.generation - 1, key: named };
}

/** Does a reading with records that are all at hand, in any order. */
export function readFrom<T>(crypto: Crypto, reading: HistoryReading<T>, records: readonly Uint8Array[]): T {
  const byHash = new Map(records.map((each) => [toHex(crypto.hash("sha256", each)), each]));
  let step = reading.next([]);
  while (step.done !== true) {
    const found = byHash.get(toHex(step.value));
    step = reading.next(found === undefined ? [] : [found]);
  }
  return step.value;
}
