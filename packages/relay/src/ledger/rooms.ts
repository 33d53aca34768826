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
  /** How many append ids each room held when it was last saved, and the sum: counting them again is slow. */
  private readonly weights = new Map<Room, number>();
  private ids = 0;

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
      this.ids += room.weight - (this.weights.get(room) ?? 0);
      this.weights.set(room, room.weight);
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
    this.weights.clear();
    this.ids = 0;
  }

  private dropUnused(): void {
    for (const [key, room] of this.rooms) {
      if (this.rooms.size <= MOST_ROOMS && this.ids <= MOST_APPEND_IDS) return;
      this.ids -= this.weights.get(room) ?? 0;
      this.weights.delete(room);
      this.rooms.delete(key);
    }
  }
}
