import { compareBytes } from "@conclave/codec";
import type { SlotId, SlotListItem } from "@conclave/wire";
import { keyOf } from "../../key.js";
import type { SlotRow, SlotTable, SlotTime, SlotVersion } from "../slotTable.js";
import type { MemoryContent } from "./memoryContent.js";

/** The slots of a `MemoryStore`. */
export class MemorySlotTable implements SlotTable {
  constructor(private readonly content: MemoryContent) {}

  get(room: number, slotId: SlotId): SlotRow | null {
    const slot = this.content.at(room).slots.get(keyOf(slotId));
    if (slot === undefined) return null;
    const { tokenPub, closed, end, versions } = slot;
    const onProbation = versions.filter(({ isOnProbation }) => isOnProbation).length;
    return { tokenPub, closed, end, versions: versions.length - onProbation, onProbation };
  }

  openCount(room: number): number {
    return [...this.content.at(room).slots.values()].filter((slot) => !slot.closed).length;
  }

  listOpen(room: number, after: SlotId | null, count: number): SlotListItem[] {
    const open = [...this.content.at(room).slots.values()].filter(
      ({ slotId, closed }) => !closed && (after === null || compareBytes(slotId, after) > 0),
    );
    const listed = open.sort((a, b) => compareBytes(a.slotId, b.slotId)).slice(0, count);
    return listed.map(({ slotId, versions, end }) => ({
      slotId,
      bytes: versions.reduce((sum, { blob }) => sum + blob.length, 0),
      end,
    }));
  }

  open(room: number, slotId: SlotId, tokenPub: Uint8Array, time: SlotTime): void {
    const { slots } = this.content.at(room);
    const versions = slots.get(keyOf(slotId))?.versions ?? [];
    slots.set(keyOf(slotId), { slotId, tokenPub, closed: false, versions, ...time });
  }

  close(room: number, slotId: SlotId): void {
    const memory = this.content.at(room);
    const slot = memory.slots.get(keyOf(slotId));
    if (slot === undefined) return;
    slot.closed = true;
    slot.versions = [];
    memory.requests = memory.requests.filter(
      ({ item }) => item.slotId === null || compareBytes(item.slotId, slotId) !== 0,
    );
  }

  drop(room: number, slotId: SlotId): void {
    this.close(room, slotId);
    this.content.at(room).slots.delete(keyOf(slotId));
  }

  ended(now: number, before: number, commits: number, limit: number): { room: number; slotId: SlotId }[] {
    const ended = this.content.rooms.flatMap(({ row, slots }) =>
      [...slots.values()]
        .filter(({ end, ...put }) => {
          return (end > 0 && end < now) || (put.time < before && put.commits + commits <= row.commits);
        })
        .map(({ slotId }) => ({ room: row.no, slotId })),
    );
    return ended.slice(0, limit);
  }

  addVersion(room: number, slotId: SlotId, version: SlotVersion, isOnProbation: boolean, keep: number): void {
    const slot = this.content.at(room).slots.get(keyOf(slotId));
    if (slot === undefined) return;
    const isOther = (other: { isOnProbation: boolean }) => other.isOnProbation !== isOnProbation;
    const same = [{ ...version, isOnProbation }, ...slot.versions.filter((other) => !isOther(other))].slice(0, keep);
    const others = slot.versions.filter(isOther);
    slot.versions = isOnProbation ? [...others, ...same] : [...same, ...others];
  }

  version(room: number, slotId: SlotId, back: number): SlotVersion | null {
    const version = this.content.at(room).slots.get(keyOf(slotId))?.versions[back];
    if (version === undefined) return null;
    const { blob, n, time } = version;
    return { blob, n, time };
  }
}
