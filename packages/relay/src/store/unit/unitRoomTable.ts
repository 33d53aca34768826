import type { RoomTag } from "@conclave/wire";
import { keyOf } from "../../key.js";
import type { RoomRow, RoomTable } from "../roomTable.js";
import { loaded, NotLoaded } from "./loadedPages.js";
import { type UnitContent, UnitRoom } from "./unitContent.js";

/** The rooms of a `UnitOfWork`. */
export class UnitRoomTable implements RoomTable {
  constructor(private readonly content: UnitContent) {}

  get(tag: RoomTag): RoomRow | null {
    const room = loaded(this.content.rooms.get(keyOf(tag)), "room");
    return room === null ? null : { ...room.row };
  }

  add(room: Omit<RoomRow, "no">): RoomRow {
    const row = { ...room, no: this.content.nextNumber() };
    this.content.addRoom(new UnitRoom(row, true));
    return { ...row };
  }

  save(room: RoomRow): void {
    this.content.at(room.no).row = { ...room };
  }

  /** @throws NotLoaded: no request asks for it. */
  count(): number {
    throw new NotLoaded("how many rooms there are");
  }

  wasDeleted(tag: RoomTag): boolean {
    loaded(this.content.rooms.get(keyOf(tag)), "room");
    return this.content.deleted.has(keyOf(tag));
  }

  withOld(before: number, limit: number): RoomTag[] {
    this.content.checkSwept();
    const old = [...this.content.byNo.values()].filter(({ row }) => row.oldest !== null && row.oldest < before);
    return old.slice(0, limit).map(({ row }) => row.tag);
  }
}
