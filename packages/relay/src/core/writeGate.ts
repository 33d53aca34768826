import type { Request } from "@conclave/wire";
import type { Failure } from "@conclave/codec";
import { refuse, type Refusal } from "../ledger/refusal.js";

/** Whether the relay can write: `low` and `full` are the disk's, `busy` is another process that holds the database. */
export type StorageState = "open" | "low" | "full" | "busy";

/** What a request does to the disk. What frees space is still done when space is low. */
export const EFFECT: Readonly<Record<Request["type"], "reads" | "grows" | "frees">> = {
  createRoom: "grows",
  offerRoom: "reads",
  adoptRoom: "grows",
  bringRoster: "grows",
  bringCopy: "grows",
  append: "grows",
  prove: "reads",
  read: "reads",
  readRoster: "reads",
  subscribe: "reads",
  bring: "grows",
  unsubscribe: "reads",
  beginBlob: "grows",
  writeBlob: "grows",
  readBlob: "reads",
  dropBlob: "frees",
  putSlot: "grows",
  closeSlot: "frees",
  getSlot: "reads",
  listSlots: "reads",
  proveSlot: "reads",
  postRequest: "grows",
  postPlea: "grows",
  listRequests: "reads",
  deleteRequest: "frees",
  answerRequest: "grows",
  proveInbox: "reads",
  fetchInbox: "reads",
  clearInbox: "frees",
};

const LOOK_INTERVAL_MS = 250;
/** How long a client is told to wait: space does not come back at once. */
const RETRY_FULL_MS = 5000;
const RETRY_BUSY_MS = 1000;
/** After a failed write, this much must be free before another one is tried. */
const LEAST_FREE_BYTES = 1024 * 1024;

/** Decides whether requests that write are carried out. */
export class WriteGate {
  private current: StorageState = "open";
  private lookedAt = -Infinity;

  constructor(
    /** Bytes that are free on the disk. */
    private readonly freeBytes: () => number,
    /** Bytes that must stay free. */
    private readonly floor: number,
  ) {}

  get state(): StorageState {
    return this.current;
  }

  /** Whether the last write that was tried failed. */
  get hasFailed(): boolean {
    return this.current === "full" || this.current === "busy";
  }

  /** A write failed. */
  failed(reason: "full" | "busy"): void {
    this.current = reason;
  }

  /** Why a request is not carried out now, or null. */
  refusal(type: Request["type"], now: number, effect = EFFECT[type]): Failure<Refusal> | null {
    if (effect === "reads") return null;
    if (!this.hasFailed) this.look(now);
    // RULE: relay.free-space: a disk that fills up stops what fills it, not the relay: reading, closing and deleting go on
    // (attack A83).
    if (this.current === "open" || (this.current === "low" && effect === "frees")) return null;
    return this.current === "busy" ? refuse("storage_busy", RETRY_BUSY_MS) : refuse("storage_full", RETRY_FULL_MS);
  }

  /** Call it every second or so: it looks whether there is space, and tries a write if the last one failed. */
  tick(now: number, tryWrite: () => void): void {
    this.lookedAt = -Infinity;
    if (!this.hasFailed) {
      this.look(now);
      return;
    }
    if (this.current === "full" && this.freeBytes() < Math.max(this.floor, LEAST_FREE_BYTES)) return;
    this.current = "open";
    tryWrite();
  }

  private look(now: number): void {
    if (now - this.lookedAt < LOOK_INTERVAL_MS) return;
    this.lookedAt = now;
    const free = this.freeBytes();
    // A little more than the floor ends it, so that it does not come and go with every record.
    const isLow = free < (this.current === "low" ? this.floor + this.floor / 8 : this.floor);
    this.current = isLow ? "low" : "open";
  }
}
