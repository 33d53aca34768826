import { keyOf } from "../../key.js";
import type { PageSize } from "../recordPage.js";
import type { CommitRow, PrunedDigest, RecordRow, RecordTable } from "../recordTable.js";
import { type UnitContent, probationKey } from "./unitContent.js";

/** The log's records of a `UnitOfWork`. */
export class UnitRecordTable implements RecordTable {
  constructor(private readonly content: UnitContent) {}

  add(room: number, record: RecordRow, nextKey?: Uint8Array): void {
    const unit = this.content.at(room);
    this.content.writes.records.push({ room, record, nextKey: nextKey ?? null });
    unit.records.load(record.n - 1, record.n, [[record.n, record]]);
    unit.appended.set(keyOf(record.appendId), record.n);
    unit.last = record.n;
  }

  addOnce(room: number, message: RecordRow): boolean {
    if (this.appended(room, message.appendId) !== null) return false;
    this.add(room, message);
    return true;
  }

  page(room: number, fromN: number, size: PageSize, isPartial = false): RecordRow[] {
    return this.content.at(room).records.page(Math.max(1, fromN) - 1, size, isPartial);
  }

  appended(room: number, appendId: Uint8Array): number | null {
    const unit = this.content.at(room);
    return unit.known(unit.appended.get(keyOf(appendId)), null, "append id");
  }

  last(room: number): number {
    return this.content.at(room).last;
  }

  head(room: number, n: number): Uint8Array | null {
    const unit = this.content.at(room);
    return unit.records.get(n)?.head ?? unit.known(unit.heads.get(n), null, `head ${n}`);
  }

  prune(room: number, n: number, { payloadHash, attachmentHash }: PrunedDigest): void {
    const change = { pruned: true, payload: payloadHash, attachment: attachmentHash };
    if (!this.change(room, n, change)) this.content.writes.pruned.push({ room, n, payloadHash, attachmentHash });
  }

  commitAt(room: number, n: number): CommitRow | null {
    const unit = this.content.at(room);
    const record = unit.records.get(n);
    if (record !== undefined) return record.kind === "commit" ? rowOf(record) : null;
    return n > unit.last ? null : unit.known(unit.commits.get(n), null, `commit ${n}`);
  }

  commitOnProbation(room: number, epoch: number, nextKey: Uint8Array | null): number | null {
    const { records, confirmed } = this.content.writes;
    const own = records.findLast(({ room: of, record, nextKey: key }) => {
      if (of !== room || key === null || !record.isOnProbation || record.epoch !== epoch) return false;
      return nextKey === null || keyOf(key) === keyOf(nextKey);
    });
    if (own !== undefined) return own.record.n;
    const unit = this.content.at(room);
    const found = unit.known(unit.onProbation.get(probationKey(epoch, nextKey)), [], `commits of epoch ${epoch}`);
    return found.find((n) => !confirmed.some((each) => each.room === room && each.n === n)) ?? null;
  }

  confirmCommit(room: number, n: number): void {
    const { commits } = this.content.at(room);
    const commit = commits.get(n);
    if (commit !== undefined && commit !== null) commits.set(n, { ...commit, isOnProbation: false });
    if (!this.change(room, n, { isOnProbation: false })) this.content.writes.confirmed.push({ room, n });
  }

  /** Changes a record where it is known; true if it is one of this unit, and is not in the store yet. */
  private change(room: number, n: number, change: Partial<RecordRow>): boolean {
    const { records } = this.content.at(room);
    const known = records.get(n);
    if (known !== undefined) records.set(n, { ...known, ...change });
    const own = this.content.writes.records.find((each) => each.room === room && each.record.n === n);
    if (own !== undefined) own.record = { ...own.record, ...change };
    return own !== undefined;
  }
}

function rowOf({ isOnProbation, parent, time }: RecordRow): CommitRow {
  return { isOnProbation, parent, time };
}
