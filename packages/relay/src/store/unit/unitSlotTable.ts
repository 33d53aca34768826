import { compareBytes, equalBytes } from "@conclave/codec";
import type { SlotId, SlotListItem } from "@conclave/wire";
import type { SlotRow, SlotTable, SlotTime, SlotVersion } from "../slotTable.js";
import { loaded, NotLoaded } from "./loadedPages.js";
import { slotKey, type UnitContent, type UnitSlot, type UnitVersion } from "./unitContent.js";

/** The slots of a `UnitOfWork`. */
export class UnitSlotTable implements SlotTable {
  constructor(private readonly content: UnitContent) {}

  get(room: number, slotId: SlotId): SlotRow | null {
    const { row, versions } = this.slot(room, slotId);
    if (row === null) return null;
    const onProbation = versions.filter(({ isOnProbation }) => isOnProbation).length;
    const { tokenPub, closed, end } = row;
    return { tokenPub, closed, end, versions: versions.length - onProbation, onProbation };
  }

  openCount(room: number): number {
    return loaded(this.content.at(room).openSlots ?? undefined, "open slots");
  }

  listOpen(room: number, after: SlotId | null, count: number): SlotListItem[] {
    const { slots, hasOpenSlots } = this.content.at(room);
    if (!hasOpenSlots) throw new NotLoaded("open slots");
    const open = [...slots.values()].filter(({ slotId, row }) => {
      return row !== null && !row.closed && (after === null || compareBytes(slotId, after) > 0);
    });
    const listed = open.sort((a, b) => compareBytes(a.slotId, b.slotId)).slice(0, count);
    return listed.map(({ slotId, row, versions }) => ({
      slotId,
      bytes: versions.reduce((sum, { bytes }) => sum + bytes, 0),
      end: row!.end,
    }));
  }

  open(room: number, slotId: SlotId, tokenPub: Uint8Array, time: SlotTime): void {
    this.change(room, slotId, { tokenPub, closed: false, ...time });
  }

  close(room: number, slotId: SlotId): void {
    const { row } = this.slot(room, slotId);
    if (row === null) return;
    this.change(room, slotId, { ...row, closed: true });
    this.empty(room, slotId);
  }

  drop(room: number, slotId: SlotId): void {
    this.change(room, slotId, null);
    this.empty(room, slotId);
  }

  ended(now: number, before: number, commits: number, limit: number): { room: number; slotId: SlotId }[] {
    this.content.checkSwept();
    const all = [...this.content.byNo.values()].flatMap(({ row: room, slots }) => {
      const isEnded = ({ row }: UnitSlot): boolean =>
        row !== null &&
        ((row.end > 0 && row.end < now) || (row.time < before && row.commits + commits <= room.commits));
      return [...slots.values()].filter(isEnded).map(({ slotId }) => ({ room: room.no, slotId }));
    });
    return all.slice(0, limit);
  }

  addVersion(room: number, slotId: SlotId, version: SlotVersion, isOnProbation: boolean, keep: number): void {
    const slot = this.slot(room, slotId);
    if (slot.row === null) return;
    const { n, time, blob } = version;
    const added: UnitVersion = { no: null, n, time, isOnProbation, bytes: blob.length, blob };
    const others = slot.versions.filter((each) => each.isOnProbation !== isOnProbation);
    const same = [added, ...slot.versions.filter((each) => each.isOnProbation === isOnProbation)];
    const kept = same.slice(0, keep);
    slot.versions = isOnProbation ? [...others, ...kept] : [...kept, ...others];
    const { writes } = this.content;
    if (keep > 0) writes.versions.push({ room, slotId, version: { ...version, isOnProbation } });
    for (const gone of same.slice(Math.max(1, keep))) {
      if (gone.no === null) this.forget(room, slotId, gone);
      else writes.versionsGone.push(gone.no);
    }
  }

  version(room: number, slotId: SlotId, back: number): SlotVersion | null {
    const version = this.slot(room, slotId).versions[back];
    if (version === undefined) return null;
    const { n, time } = version;
    return { blob: loaded(version.blob ?? undefined, "a slot's content"), n, time };
  }

  private slot(room: number, slotId: SlotId): UnitSlot {
    const unit = this.content.at(room);
    return unit.known(unit.slots.get(slotKey(slotId)), { slotId, row: null, versions: [] }, "slot");
  }

  private change(room: number, slotId: SlotId, row: UnitSlot["row"]): void {
    const unit = this.content.at(room);
    const slot = this.slot(room, slotId);
    const isOpen = (of: UnitSlot["row"]): number => (of !== null && !of.closed ? 1 : 0);
    if (unit.openSlots !== null) unit.openSlots += isOpen(row) - isOpen(slot.row);
    slot.row = row;
    unit.slots.set(slotKey(slotId), slot);
    this.content.writes.slots.set(`${room} ${slotKey(slotId)}`, { room, slot });
  }

  private empty(room: number, slotId: SlotId): void {
    const unit = this.content.at(room);
    const { writes } = this.content;
    this.slot(room, slotId).versions = [];
    const isOther = (of: { readonly room: number; readonly slotId: SlotId | null }): boolean =>
      of.room !== room || of.slotId === null || !equalBytes(of.slotId, slotId);
    writes.versions = writes.versions.filter(isOther);
    writes.requests = writes.requests.filter((each) => isOther({ room: each.room, slotId: each.item.slotId }));
    writes.emptied.push({ room, slotId });
    unit.requestsOf.set(slotKey(slotId), []);
    unit.requests.keep((item) => isOther({ room, slotId: item.slotId }));
  }

  /** A version of this unit that is kept no longer is not written at all. */
  private forget(room: number, slotId: SlotId, gone: UnitVersion): void {
    const { writes } = this.content;
    const isGone = (each: (typeof writes.versions)[number]): boolean =>
      each.room === room && equalBytes(each.slotId, slotId) && each.version.blob === gone.blob;
    const at = writes.versions.findIndex(isGone);
    if (at >= 0) writes.versions.splice(at, 1);
  }
}
