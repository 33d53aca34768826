import { equalBytes, toHex, type Result } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import type { RoomTag, RosterRecord } from "@conclave/wire";
import type { RoomId } from "../encoding/ids.js";
import { readChain } from "../roster/chain.js";
import { type Entry, placeOf } from "../roster/entry.js";
import { refused, type Rejection } from "../policy/rejection.js";
import { generationOf, openRosterRecord, type RosterKey } from "../transport/rosterLog.js";
import type { RosterKeys } from "../invite/slot.js";
import { roomTagOf } from "./roomTag.js";

/** Longest chain of entries that is read. */
const MAX_ENTRIES = 1 << 20;

/**
 * The whole chain out of the relay's roster log, for somebody who joins: every record that the keys open, walked back
 * from `head` to the charter (docs/protocol.md §5, Joining). Records that lead nowhere are passed over: refused commits
 * leave such. Nothing is judged yet: `replayEntries` does that.
 */
export function openHistory(...what: Parameters<typeof openingHistory>): Result<readonly Entry[], Rejection> {
  return atOnce(openingHistory(...what));
}

/** The same in pieces: it yields now and then, so that other work goes on. */
export function* openingHistory(
  crypto: Crypto,
  place: { readonly roomId: RoomId; readonly head: Uint8Array },
  keys: RosterKeys,
  records: readonly RosterRecord[],
): Generator<void, Result<readonly Entry[], Rejection>> {
  const entries = yield* openAll(crypto, roomTagOf(crypto, place.roomId), keys.roster, records);
  const chain: Uint8Array[] = [];
  let hash = toHex(place.head);
  for (;;) {
    const bytes = entries.get(hash);
    // RULE: history.whole: a chain with a hole in it proves nothing (attacks A13, A18, A96).
    if (bytes === undefined || chain.length >= MAX_ENTRIES) return refused("bad_history", "an entry is missing");
    const at = placeOf(bytes);
    if (at === null) return refused("bad_history", "no entry");
    chain.push(bytes);
    if (at.seq === 0) break;
    hash = toHex(at.prev);
  }
  const read = readChain(crypto, chain.reverse(), place.roomId);
  if (read.ok || read.error.code !== "malformed") return read;
  return refused("bad_history", read.error.detail);
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

/** Keys tried for one generation: a refused commit's record may name a false one, the true one is among them. */
const MAX_CANDIDATES = 8;

// Newest first, as the first record of each generation gives the key of the one before.
function* openAll(
  crypto: Crypto,
  roomTag: RoomTag,
  known: readonly RosterKey[],
  records: readonly RosterRecord[],
): Generator<void, Map<string, Uint8Array>> {
  const keys = new Map<number, RosterKey[]>();
  const learn = (key: RosterKey): boolean => {
    const candidates = keys.get(key.generation) ?? [];
    if (candidates.length >= MAX_CANDIDATES || candidates.some((other) => equalBytes(other.key, key.key))) return false;
    keys.set(key.generation, [...candidates, key]);
    return true;
  };
  for (const key of known) learn(key);
  const entries = new Map<string, Uint8Array>();
  const isOpen = new Set<RosterRecord>();
  for (let isLearning = true; isLearning;) {
    isLearning = false;
    for (const [at, record] of records.toReversed().entries()) {
      // RULE: history.in-pieces: a flood of records that lead nowhere does not stop the device that reads them (attack A80).
      if (at % PIECE === PIECE - 1) yield;
      const { attachment } = record;
      const candidates = isOpen.has(record) ? undefined : keys.get(generationOf(attachment) ?? -1);
      for (const key of candidates ?? []) {
        const opened = openRosterRecord(crypto, roomTag, [key], attachment);
        if (opened === null) continue;
        isOpen.add(record);
        entries.set(toHex(crypto.hash("sha256", opened.entry)), opened.entry);
        const previous = { generation: opened.generation - 1, key: opened.previousKey ?? key.key };
        if (opened.previousKey !== null && learn(previous)) isLearning = true;
      }
    }
  }
  return entries;
}
