import { keyOf } from "../key.js";
import type { Rates } from "../settings.js";
import type { RoomRow, Store } from "../store/store.js";
import { Room } from "./room.js";

/** Rooms kept in memory beyond which the ones not used for longest are dropped. */
const MOST_ROOMS = 10_000;
/** Append ids kept in memory, of all rooms. */
const MOST_APPEND_IDS = 1_000_000;

/** The rooms in use. There is one owner of the store, so what is here is what is stored. */
export class Rooms {
  private readonly rooms = new Map<string, Room>();
  private readonly used = new Set<Room>();

  constructor(
    readonly store: Store,
    private readonly rates: Rates,
  ) {}

  /** The room, or null when there is none. */
  get(tag: Uint8Array, now: number): Room | null {
    const key = keyOf(tag);
    let room = this.rooms.get(key);
    if (room === undefined) {
      const row = this.store.room(tag);
      if (row === null) return null;
      room = new Room(row, this.rates, now);
      this.rooms.set(key, room);
    }
    this.used.add(room);
    return room;
  }

  /** Null when the store has no space for another room. */
  add(row: Omit<RoomRow, "no">, now: number): Room | null {
    const added = this.store.addRoom(row);
    if (added === null) return null;
    const room = new Room(added, this.rates, now);
    this.rooms.set(room.key, room);
    this.used.add(room);
    return room;
  }

  /** Writes the rows that changed into the store: before it commits. */
  save(): void {
    for (const room of this.used) {
      room.save(this.store);
      // To the end of the order of use.
      this.rooms.delete(room.key);
      this.rooms.set(room.key, room);
    }
    this.used.clear();
    this.dropUnused();
  }

  /** Forgets every room: what was changed since the store's last commit is not stored. */
  undo(): void {
    this.used.clear();
    this.rooms.clear();
  }

  private dropUnused(): void {
    let ids = 0;
    for (const room of this.rooms.values()) ids += room.weight;
    for (const [key, room] of this.rooms) {
      if (this.rooms.size <= MOST_ROOMS && ids <= MOST_APPEND_IDS) return;
      ids -= room.weight;
      this.rooms.delete(key);
    }
  }
}
