import type { RoomTag } from "@conclave/wire";
import { keyOf } from "../key.js";
import { RowDamaged } from "../store/sqlite/rowDamage.js";
import type { Rates } from "../settings.js";
import type { RoomRow } from "../store/roomTable.js";
import type { Store } from "../store/store.js";
import { HostedRoom } from "./hostedRoom.js";

/** Rooms kept in memory beyond which the ones not used for longest are dropped. */
const MOST_ROOMS = 10_000;
/** So many more than that there are before some are dropped, so that not every batch looks for them. */
const DROPPED_AT_ONCE = 1000;

/** The rooms in use. There is one owner of the store, so what is here is what is stored. */
export class Rooms {
  private readonly rooms = new Map<string, HostedRoom>();
  private readonly used = new Set<HostedRoom>();

  constructor(
    readonly store: Store,
    private readonly rates: Rates,
    /** Told of rows that cannot be read while nobody waits for an answer. */
    private readonly onDamage: (damage: RowDamaged) => void,
  ) {}

  /** The room, or null when there is none. @throws RowDamaged when its row is not what the relay wrote. */
  get(tag: RoomTag, now: number): HostedRoom | null {
    const key = keyOf(tag);
    let room = this.rooms.get(key);
    if (room === undefined) {
      const row = this.store.rooms.get(tag);
      if (row === null) return null;
      this.check(row);
      room = new HostedRoom(row, this.rates, now);
      this.rooms.set(key, room);
    }
    this.used.add(room);
    return room;
  }

  /** Null when the store has no space for another room. */
  add(row: Omit<RoomRow, "no">, now: number): HostedRoom | null {
    const added = this.store.rooms.add(row);
    if (added === null) return null;
    const room = new HostedRoom(added, this.rates, now);
    this.rooms.set(room.key, room);
    this.used.add(room);
    return room;
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
    for (const room of this.used) {
      room.save(this.store);
      // The room is now the one used last.
      this.rooms.delete(room.key);
      this.rooms.set(room.key, room);
    }
    this.used.clear();
    this.dropUnused();
  }

  /** Forgets what no longer counts in the rooms. */
  sweep(now: number): void {
    for (const room of this.rooms.values()) room.sweep(now);
  }

  /** Forgets every room: what was changed since the store's last commit is not stored. */
  undo(): void {
    this.used.clear();
    this.rooms.clear();
  }

  // Appends go behind what is there: a row that says too little would let one record overwrite another.
  private check({ no, n }: RoomRow): void {
    if (this.store.records.last(no) !== n) throw new RowDamaged(`table room, row ${no}, column n`);
  }

  private dropUnused(): void {
    if (this.rooms.size < MOST_ROOMS + DROPPED_AT_ONCE) return;
    for (const key of this.rooms.keys()) {
      if (this.rooms.size <= MOST_ROOMS) return;
      this.rooms.delete(key);
    }
  }
}
