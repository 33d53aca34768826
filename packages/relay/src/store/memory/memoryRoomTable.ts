import type { RoomTag } from "@conclave/wire";
import { keyOf } from "../../key.js";
import type { OwnRoomTable, RoomRow, RoomUse } from "../roomTable.js";
import type { MemoryContent, MemoryRoom } from "./memoryContent.js";

/** The rooms of a `MemoryStore`. */
export class MemoryRoomTable implements OwnRoomTable {
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
    const old = this.there.filter(({ row }) => row.oldest !== null && row.oldest < before);
    return old.slice(0, limit).map(({ row }) => row.tag);
  }

  list(after: number, limit: number): RoomUse[] {
    const listed = this.there.filter(({ row }) => row.no > after).slice(0, limit);
    return listed.map(({ row, records }) => ({
      no: row.no,
      tag: row.tag,
      records: row.n,
      messageBytes: row.messageBytes,
      blobBytes: row.blobBytes,
      createdAt: records[0]?.time ?? null,
      usedAt: records.at(-1)?.time ?? null,
    }));
  }

  delete(tag: RoomTag): boolean {
    const room = this.content.byTag.get(keyOf(tag));
    if (room === undefined) return false;
    this.content.byTag.delete(keyOf(tag));
    this.content.deleted.add(keyOf(tag));
    room.records.length = 0;
    for (const part of [room.appended, room.nextKeys, room.roster, room.slots]) part.clear();
    room.requests = [];
    for (const { no, room: of } of this.content.blobs.values()) if (of === room.row.no) this.content.blobs.delete(no);
    return true;
  }

  wasDeleted(tag: RoomTag): boolean {
    return this.content.deleted.has(keyOf(tag));
  }

  purge(): boolean {
    return false;
  }

  private get there(): MemoryRoom[] {
    return this.content.rooms.filter(({ row }) => !this.wasDeleted(row.tag));
  }
}
