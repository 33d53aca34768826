import { done, equalBytes, type Result, toHex } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import type { RoomId } from "../encoding/ids.js";
import { readChain } from "../roster/chain.js";
import { type Entry, placeOf } from "../roster/entry.js";
import { refused, type Rejection } from "../policy/rejection.js";
import { openRosterRecord, type RosterKey, rosterKeyCheck } from "../transport/rosterLog.js";
import type { RosterKeys } from "../invite/slot.js";
import { roomTagOf } from "./roomTag.js";

/** A room's chain as the roster log has it, not judged yet. */
export interface OpenedHistory {
  /** The charter first. */
  readonly entries: readonly Entry[];
  /** The roster keys of all generations until its head, the newest first. */
  readonly keys: readonly RosterKey[];
}

/** The longest history that is read, in entries and in their bytes. */
const MAX_ENTRIES = 1 << 20;
const MAX_BYTES = 256 << 20;

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
 */
export function* readingHistory(
  crypto: Crypto,
  place: { readonly roomId: RoomId; readonly head: Uint8Array },
  { roster, isRosterKeyUsed, record }: RosterKeys,
  known: OpenedHistory = { entries: [], keys: [] },
): HistoryReading<Result<OpenedHistory, Rejection>> {
  const roomTag = roomTagOf(crypto, place.roomId);
  const sha256 = (data: Uint8Array) => crypto.hash("sha256", data);
  const chain: Uint8Array[] = [];
  const keys: RosterKey[] = [];
  let bytes = 0;
  let wanted = { entry: place.head, record };
  // The newest key may be in no record yet: then the head is under the one before.
  let key = roster.at(isRosterKeyUsed ? -1 : -2) ?? roster.at(-1);
  let page: readonly Uint8Array[] = [];
  for (let at = 0; key !== undefined; at++) {
    if (keys.at(-1) !== key) keys.push(key);
    if (at === page.length) [page, at] = [yield wanted.record, 0];
    // RULE: history.only-the-chain: of what a relay gives nothing is kept, and nothing further read, but the very records that lead
    // from the head to the charter: junk costs a newcomer no memory and no time, however much of it there is (attacks A80, A106).
    const sealed = page[at];
    if (sealed === undefined || !equalBytes(sha256(sealed), wanted.record)) return missing();
    const opened = openRosterRecord(crypto, roomTag, [key], sealed);
    // RULE: history.whole: a chain with a hole in it, or without an end, proves nothing (attacks A13, A18, A96).
    if (opened === null || !equalBytes(sha256(opened.entry), wanted.entry)) return missing();
    // A copy: what was opened has the size that it was padded to.
    const entry = opened.entry.slice();
    bytes += entry.length;
    if (chain.length >= MAX_ENTRIES || bytes > MAX_BYTES) return refused("bad_history", "too long");
    const { seq, prev, keyCheck } = placeOf(entry) ?? { seq: -1, prev: entry, keyCheck: null };
    if (seq !== opened.seq) return refused("bad_history", "no entry");
    chain.push(entry);
    const before = known.entries[seq - 1];
    if (seq === 0 || (before !== undefined && equalBytes(before.hash, prev))) {
      const { generation } = key;
      const same = known.entries.slice(0, seq).map((each) => each.bytes);
      const entries = chainOf(crypto, [...same, ...chain.reverse()], place.roomId);
      const older = known.keys.filter((each) => seq > 0 && each.generation < generation);
      return entries.ok ? done({ entries: entries.value, keys: [...keys, ...older] }) : entries;
    }
    wanted = { entry: prev, record: opened.before };
    // Its first entry is where a generation ends.
    if (keyCheck !== null) key = keyBefore(crypto, key, keyCheck, opened.previousKey);
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

/**
 * The key of the generation before.
 *
 * RULE: history.key-check: a record names the key before, and it is that one only if its hash is what the first entry of the
 * generation was signed with: anybody who can seal a record, by a link too, leads no newcomer to another (attack A105).
 */
function keyBefore(
  crypto: Crypto,
  { generation }: RosterKey,
  check: Uint8Array,
  named: Uint8Array | null,
): RosterKey | undefined {
  if (named === null || !equalBytes(rosterKeyCheck(crypto, named), check)) return undefined;
  return { generation: generation - 1, key: named };
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
