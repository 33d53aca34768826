import { equalBytes } from "@conclave/codec";
import type { RoomTag, SlotId } from "@conclave/wire";

/** A key that proves membership in the epoch that the commit at `n` led to. */
export interface WriteKey {
  readonly key: Uint8Array;
  readonly epoch: number;
  /** The commit that registered it; 0 for the room's creation. */
  readonly n: number;
  /** The commit that its lineage began with: one by an invite or by a retired key; 0 for that of the room's creation. */
  readonly lineage: number;
  /** The slot of the invite by which its lineage began; null where that was no commit by an invite. */
  readonly slot: SlotId | null;
  /** It can do everything; a retired key can only append a commit now and then. */
  readonly live: boolean;
  /** When it was registered, ms. */
  readonly since: number;
  /** When the next commit registered another one, ms; 0 for the newest. */
  readonly until: number;
}

/** A room as it is stored. */
export interface RoomRow {
  /** The store's own number of the room. */
  readonly no: number;
  readonly tag: RoomTag;
  /** Hash of what the room was created with: tells a repeated creation from a clash. */
  readonly creation: Uint8Array;
  /** How many records the log had when it came from another relay: the first one here is the next. 0 where it was made here. */
  readonly begin: number;
  epoch: number;
  n: number;
  lastCommit: number;
  head: Uint8Array;
  writeKeys: readonly WriteKey[];
  /** The lineage whose keys are the members'. */
  lineage: number;
  /** When somebody with such a key was last there, ms. */
  seenAt: number;
  /** How many commits there are. */
  commits: number;
  /** From here on no message is pruned. */
  availableFrom: number;
  /** Payload bytes of messages that are kept. */
  messageBytes: number;
  /** The part of them that was written on probation. */
  probationBytes: number;
  blobBytes: number;
  /** Time of the record at `availableFrom`; null when there is none. */
  oldest: number | null;
  /** How long the log was at the newest head that this relay signed, as somebody has shown: more than `n` only in a restored copy. */
  owed: number;
  /** After how many restorations ({@link Ledger.restorations}) it was found that nothing is missing here. */
  restored: number;
}

/** How a room's write keys differ from what they were: those that are new or changed, and the `n` of those that are gone. */
export interface KeyChanges {
  readonly written: readonly WriteKey[];
  readonly gone: readonly number[];
}

/** What has to be written of a room's write keys. Each commit registers one key, so its `n` names it. */
export function keyChanges({ writeKeys: keys }: RoomRow, { writeKeys: before }: RoomRow): KeyChanges {
  if (keys === before) return { written: [], gone: [] };
  const known = new Map(before.map((key) => [key.n, key]));
  const written = keys.filter((key) => {
    const was = known.get(key.n);
    known.delete(key.n);
    return was === undefined || !isSame(key, was);
  });
  return { written, gone: [...known.keys()] };
}

function isSame(key: WriteKey, was: WriteKey): boolean {
  const { epoch, lineage, slot, live, since, until } = was;
  const isSameSlot = key.slot === slot || (key.slot !== null && slot !== null && equalBytes(key.slot, slot));
  const isSameTime = key.since === since && key.until === until;
  return (
    isSameSlot &&
    isSameTime &&
    equalBytes(key.key, was.key) &&
    key.live === live &&
    key.lineage === lineage &&
    key.epoch === epoch
  );
}

/** What an operator sees of a room. */
export interface RoomUse {
  /** The store's own number of the room: they are listed in this order. */
  readonly no: number;
  readonly tag: RoomTag;
  /** How many records its log has. */
  readonly records: number;
  /** Payload bytes of messages that are kept. */
  readonly messageBytes: number;
  /** Bytes of files. */
  readonly blobBytes: number;
  /** Times in ms of its first record and of its newest; null for a room without any. */
  readonly createdAt: number | null;
  readonly usedAt: number | null;
}

/** Port: the rooms of a store; see `Store`. */
export interface RoomTable {
  get(tag: RoomTag): RoomRow | null;
  /** The new room with its number; null when the store has no number left. */
  add(room: Omit<RoomRow, "no">): RoomRow | null;
  /** Writes what differs from `was`, the room as it was read or saved last. */
  save(room: RoomRow, was: RoomRow): void;
  count(): number;
  /** Tags of rooms that keep a message older than `before`. */
  withOld(before: number, limit: number): RoomTag[];
  /** Whether there was a room of this tag that was deleted. */
  wasDeleted(tag: RoomTag): boolean;
}

/** Port: the rooms of a store of one relay alone, with what its operator does to them. */
export interface OwnRoomTable extends RoomTable {
  /** Rooms with greater numbers than `after`, in order. A row that cannot be read is left out. */
  list(after: number, limit: number): RoomUse[];
  /** Deletes a room, also one whose row cannot be read: nothing but its tag is remembered. False if there is none. */
  delete(tag: RoomTag): boolean;
  /** Frees the space of at most so many rows of deleted rooms. True when there are more. */
  purge(limit: number): boolean;
}
