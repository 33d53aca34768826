import { equalBytes } from "@conclave/codec";
import { digestHash, firstLogHead, nextLogHead, recordHash, type RoomTag, type Sha256 } from "@conclave/wire";
import type { RecordRow } from "../store/recordTable.js";
import { RowDamaged } from "../store/sqlite/rowDamage.js";

/** Follows a room's log, record by record, and recomputes its heads. */
export class HeadChain {
  private head: Uint8Array | null;

  /**
   * `n`: after how many records it begins, and the head there. Without a head it begins where the log does: that of a room that moved
   * here begins later than at 0.
   */
  constructor(
    private readonly sha256: Sha256,
    private readonly tag: RoomTag,
    public n: number,
    head: Uint8Array | null = null,
  ) {
    // What the first record of a room that moved here is said to lead to is where its log begins.
    this.head = n === 0 ? firstLogHead(sha256, tag) : head;
  }

  /** Takes the next record. @throws RowDamaged if one is missing, or it does not lead to the head that is stored with it. */
  add(record: RecordRow): void {
    this.n++;
    if (record.n !== this.n) throw new RowDamaged(`record ${this.n} is missing`);
    const { sha256, head } = this;
    this.head = head === null ? record.head : nextLogHead(sha256, head, this.hashOf(record));
    if (!equalBytes(this.head, record.head)) throw new RowDamaged(`record ${this.n} does not lead to its head`);
  }

  /** @throws RowDamaged if the log does not end where its room's row says. */
  end(length: number, head: Uint8Array): void {
    if (this.n !== length) throw new RowDamaged(`the room has ${this.n} records instead of ${length}`);
    if (!equalBytes(this.head ?? new Uint8Array(0), head))
      throw new RowDamaged("the room's head is not that of its log");
  }

  private hashOf(record: RecordRow): Uint8Array {
    if (!record.pruned) return recordHash(this.sha256, this.tag, record);
    const { kind, epoch, payload, attachment } = record;
    return digestHash(this.sha256, this.tag, { kind, epoch, payloadHash: payload, attachmentHash: attachment });
  }
}
