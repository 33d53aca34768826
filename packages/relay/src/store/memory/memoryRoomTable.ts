import type { RoomTag } from "@conclave/wire";
import { keyOf } from "../../key.js";
import type { RoomRow, RoomTable } from "../roomTable.js";
import type { MemoryContent } from "./memoryContent.js";

/** The rooms of a `MemoryStore`. */
export class MemoryRoomTable implements RoomTable {
  constructor(private readonly content: MemoryContent) {}

  get(tag: RoomTag): RoomRow | null {
    const room = this.content.byTag.get(keyOf(tag));
    return room === undefined ? null : { ...room.row };
  }

  add(room: Omit<RoomRow, "no">): RoomRow {
    const row = { ...room, no: this.content.rooms.length + 1 };
    const memory = {
      row: { ...row },
      records: [],
      appended: new Map(),
      nextKeys: new Map(),
      roster: new Map(),
      slots: new Map(),
      requests: [],
    };
    this.content.rooms.push(memory);
    this.content.byTag.set(keyOf(room.tag), memory);
    return row;
  }

  save(room: RoomRow): void {
    this.content.at(room.no).row = { ...room };
  }

  count(): number {
    return this.content.rooms.length;
  }

  withOld(before: number, limit: number): RoomTag[] {
    const old = this.content.rooms.filter(({ row }) => row.oldest !== null && row.oldest < before);
    return old.slice(0, limit).map(({ row }) => row.tag);
  }
}
