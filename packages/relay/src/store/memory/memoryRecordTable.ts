import { compareBytes } from "@conclave/codec";
import { keyOf } from "../../key.js";
import { type PageSize, RecordPage } from "../recordPage.js";
import type { CommitRow, PrunedDigest, RecordRow, RecordTable } from "../recordTable.js";
import type { MemoryContent } from "./memoryContent.js";

/** The log's records of a `MemoryStore`. */
export class MemoryRecordTable implements RecordTable {
  constructor(private readonly content: MemoryContent) {}

  add(room: number, record: RecordRow, nextKey?: Uint8Array): void {
    this.content.at(room).records.push(record);
    this.content.at(room).appended.set(keyOf(record.appendId), record.n);
    if (nextKey !== undefined) this.content.at(room).nextKeys.set(record.n, nextKey);
  }

  addOnce(room: number, message: RecordRow): boolean {
    if (this.appended(room, message.appendId) !== null) return false;
    this.add(room, message);
    return true;
  }

  page(room: number, fromN: number, size: PageSize): RecordRow[] {
    const page = new RecordPage<RecordRow>(size);
    const { records } = this.content.at(room);
    for (let at = Math.max(0, placeOf(records, fromN)); at < records.length; at++) {
      const record = records[at]!;
      if (!page.add(record, record.payload.length + record.attachment.length)) break;
    }
    return page.items;
  }

  appended(room: number, appendId: Uint8Array): number | null {
    return this.content.at(room).appended.get(keyOf(appendId)) ?? null;
  }

  last(room: number): number {
    return this.content.at(room).records.at(-1)?.n ?? 0;
  }

  head(room: number, n: number): Uint8Array | null {
    const { records } = this.content.at(room);
    return records[placeOf(records, n)]?.head ?? null;
  }

  prune(room: number, n: number, { payloadHash, attachmentHash }: PrunedDigest): void {
    const { records } = this.content.at(room);
    const at = placeOf(records, n);
    records[at] = { ...records[at]!, pruned: true, payload: payloadHash, attachment: attachmentHash };
  }

  commitAt(room: number, n: number): CommitRow | null {
    const { records } = this.content.at(room);
    const record = records[placeOf(records, n)];
    if (record?.kind !== "commit") return null;
    const { isOnProbation, parent, time } = record;
    return { isOnProbation, parent, time };
  }

  commitOnProbation(room: number, epoch: number, nextKey: Uint8Array | null): number | null {
    const { records, nextKeys } = this.content.at(room);
    const found = [...nextKeys].findLast(([n, key]) => {
      const record = records[placeOf(records, n)]!;
      return record.isOnProbation && record.epoch === epoch && (nextKey === null || compareBytes(key, nextKey) === 0);
    });
    return found?.[0] ?? null;
  }

  confirmCommit(room: number, n: number): void {
    const { records } = this.content.at(room);
    const at = placeOf(records, n);
    records[at] = { ...records[at]!, isOnProbation: false };
  }
}

/** Where a record is: the log of a room that moved here begins later than with its first record. */
function placeOf(records: readonly RecordRow[], n: number): number {
  return n - (records[0]?.n ?? 1);
}
