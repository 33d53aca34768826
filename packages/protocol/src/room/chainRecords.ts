import type { Entry } from "../roster/entry.js";
import { NO_RECORD, type RosterKey, type RosterRecordPlace, sealRosterRecord } from "../transport/rosterLog.js";
import { rosterKeyRecord } from "./keyring.js";
import type { RoomParts } from "./parts.js";

/** A record of the roster log as everybody makes it who has its entry and the keys. */
export interface ChainRecord {
  readonly record: Uint8Array;
  /** SHA-256 of it. */
  readonly hash: Uint8Array;
  readonly rosterKey: RosterKey;
}

/**
 * The records of a chain in the roster log, the charter's first. They follow from the entries and the keys, so nothing more is kept.
 * `stored`: all of this room's records under `x/`. Ends before the first whose key is not among them.
 */
export function* chainRecords(
  { primitives: { crypto }, roomTag }: Pick<RoomParts, "primitives" | "roomTag">,
  entries: Iterable<Pick<Entry, "seq" | "keyCheck" | "bytes">>,
  stored: ReadonlyMap<string, Uint8Array>,
): Generator<ChainRecord> {
  let last: ChainRecord | null = null;
  for (const { seq, keyCheck, bytes: entry } of entries) {
    const before: RosterKey | null = last?.rosterKey ?? null;
    // The first entry of a generation names the key before.
    const generation: number = (before?.generation ?? 0) + (keyCheck === null ? 0 : 1);
    const key = stored.get(rosterKeyRecord(generation));
    if (key === undefined) return;
    const rosterKey: RosterKey = { generation, key };
    const content = { entry, previousKey: keyCheck && (before?.key ?? null) };
    const place: RosterRecordPlace = { seq, before: last?.hash ?? NO_RECORD };
    const record = sealRosterRecord(crypto, roomTag, rosterKey, place, content);
    last = { record, hash: crypto.hash("sha256", record), rosterKey };
    yield last;
  }
}
