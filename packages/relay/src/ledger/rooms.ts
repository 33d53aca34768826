import { equalBytes } from "@conclave/codec";
import type { RoomTag } from "@conclave/wire";
import { keyOf } from "../key.js";
import { RowDamaged } from "../store/sqlite/rowDamage.js";
import type { Rates } from "../settings.js";
import type { RoomRow } from "../store/roomTable.js";
import type { Ledger } from "../store/ledger.js";
import { HostedRoom } from "./hostedRoom.js";

/** Rooms kept in memory beyond which the ones not used for longest are dropped. */
const MOST_ROOMS = 10_000;
/** So many more than that there are before some are dropped, so that not every batch looks for them. */
const DROPPED_AT_ONCE = 1000;

/** The rooms in use. A store with one owner changes nothing by itself, so that rows stay here; else they are read in each run. */
export class Rooms {
  private readonly rooms = new Map<string, HostedRoom>();
  private readonly used = new Set<HostedRoom>();

  constructor(
    readonly store: Ledger,
    private readonly rates: Rates,
    /** Told of rows that cannot be read while nobody waits for an answer. */
    private readonly onDamage: (damage: RowDamaged) => void,
    /** Whether other relays may change rooms between two runs. */
    private readonly isShared: boolean,
  ) {}

  /** The room, or null when there is none. @throws RowDamaged when its row is not what the relay wrote. */
  get(tag: RoomTag, now: number): HostedRoom | null {
    const known = this.rooms.get(keyOf(tag));
    if (known?.isLoaded === true) {
      this.used.add(known);
      return known;
    }
    const row = this.store.rooms.get(tag);
    if (row === null) return null;
    this.check(row);
    return this.take(row, known, now);
  }

  /** Null when the store has no space for another room. */
  add(row: Omit<RoomRow, "no">, now: number): HostedRoom | null {
    const added = this.store.rooms.add(row);
    return added && this.take(added, this.rooms.get(keyOf(row.tag)), now);
  }

  /** The room was deleted: what changed in it before is not saved. */
  forget(tag: RoomTag): void {
    const room = this.rooms.get(keyOf(tag));
    if (room === undefined) return;
    this.used.delete(room);
    this.rooms.delete(room.key);
  }

  /** Why there is no room of this tag. */
  absence(tag: RoomTag): "room_deleted" | "room_unknown" {
    return this.store.rooms.wasDeleted(tag) ? "room_deleted" : "room_unknown";
  }

  /** Does something that nobody waits for; null if a row cannot be read, and then nothing was changed. */
  unlessDamaged<T>(work: () => T): T | null {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof RowDamaged)) throw error;
      this.onDamage(error);
      return null;
    }
  }

  /** Writes the rows that changed into the store: before it commits. */
  save(): void {
    for (const room of this.used) room.save(this.store);
  }

  /** What was saved is stored. */
  keep(): void {
    for (const room of this.used) {
      // The room is now the one used last.
      this.rooms.delete(room.key);
      this.rooms.set(room.key, room);
      if (this.isShared) room.unload();
    }
    this.used.clear();
    this.dropUnused();
  }

  /** Forgets what no longer counts in the rooms. */
  sweep(now: number): void {
    for (const room of this.rooms.values()) room.sweep(now);
  }

  /** Forgets the rows that were used: what was changed since the store's last commit is not stored. */
  undo(): void {
    for (const room of this.used) room.unload();
    this.used.clear();
  }

  private take(row: RoomRow, known: HostedRoom | undefined, now: number): HostedRoom {
    const room = known ?? new HostedRoom(row, this.rates, now);
    room.load(row);
    this.rooms.set(room.key, room);
    this.used.add(room);
    return room;
  }

  // Appends go behind what is there: a row that says too little would let one record overwrite another, and one with another head
  // would lead away from what was signed.
  private check({ no, begin, n, head }: RoomRow): void {
    if (this.store.records.last(no) !== n) throw new RowDamaged(`table room, row ${no}, column n`);
    if (n === begin) return;
    const last = this.store.records.head(no, n);
    if (last === null || !equalBytes(last, head)) throw new RowDamaged(`table room, row ${no}, column head`);
  }

  private dropUnused(): void {
    if (this.rooms.size < MOST_ROOMS + DROPPED_AT_ONCE) return;
    for (const key of this.rooms.keys()) {
      if (this.rooms.size <= MOST_ROOMS) return;
      this.rooms.delete(key);
    }
  }
}
