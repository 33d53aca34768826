import { recordDigest, type Sha256 } from "@conclave/wire";
import type { Retention } from "../settings.js";
import type { SweepReads } from "../store/readSet.js";
import type { RecordRow } from "../store/recordTable.js";
import type { HostedRoom } from "./hostedRoom.js";
import type { Rooms } from "./rooms.js";
import type { Slots } from "./slots.js";
import type { WallClock } from "./wallClock.js";

/** How much of a room is pruned in one step. */
export const PRUNE_STEP = { items: 256, bytes: 4 * 1024 * 1024 };
const ROOMS_AT_ONCE = 64;
/** Rooms with old requests, and inboxes with old items: a store that is shared keeps others out of them meanwhile. */
const PENDING_AT_ONCE = 256;

/** Removes what retention says. A pruned message leaves its hashes, so the log can still be followed across it. */
export class Pruner {
  constructor(
    private readonly rooms: Rooms,
    private readonly slots: Slots,
    private readonly sha256: Sha256,
    private readonly retention: Retention,
    private readonly clock: WallClock,
  ) {}

  /** After an append: keeps the room within its size, a step at a time. */
  afterAppend(room: HostedRoom): void {
    const { messageBytes, probationBytes } = room.row;
    const tooMuch = messageBytes - probationBytes - this.retention.messageBytesPerRoom;
    if (tooMuch <= 0) return;
    this.rooms.unlessDamaged(() => {
      this.prune(room, (_record, freed) => freed < tooMuch);
    });
  }

  /** Now and then: removes what is too old. Returns whether there is more to do at once. */
  sweep(now: number): boolean {
    const { store } = this.rooms;
    const time = this.clock.at(now);
    store.requests.deleteBefore(time - this.retention.pendingAge);
    store.inboxes.deleteBefore(time - this.retention.pendingAge);
    const isMore = this.slots.expire(now);
    const due = this.due(now);
    if (due === null) return isMore;
    const { before, limit } = due;
    const old = store.rooms.withOld(before, limit);
    for (const tag of old) {
      this.rooms.unlessDamaged(() => {
        const room = this.rooms.get(tag, now);
        if (room !== null) this.prune(room, (record) => record.time < before);
      });
    }
    return isMore || old.length === ROOMS_AT_ONCE;
  }

  /**
   * Removes the messages up to a place, a step at a time; true once there are none left. For a log to which messages come back that
   * are deleted: who reads it finds no older one that is there (docs/protocol.md §6, Retention).
   */
  pruneTo(room: HostedRoom, n: number): boolean {
    this.prune(room, (record) => record.n <= n);
    return room.row.availableFrom > n;
  }

  /** What {@link sweep} looks for among the rooms; null where messages are kept for ever. */
  due(now: number): SweepReads["old"] {
    const { maxAge } = this.retention;
    return maxAge === null ? null : { before: this.clock.at(now) - maxAge, limit: ROOMS_AT_ONCE, size: PRUNE_STEP };
  }

  /** The same among requests and inboxes. */
  pendingDue(now: number): SweepReads["pending"] {
    return { before: this.clock.at(now) - this.retention.pendingAge, limit: PENDING_AT_ONCE };
  }

  private prune(room: HostedRoom, isDue: (record: RecordRow, freed: number) => boolean): void {
    const { store } = this.rooms;
    let { availableFrom, oldest, probationBytes } = room.row;
    let [freed, freedInAll] = [0, 0];
    // Set again when all of them could be read.
    room.isDamaged = true;
    // What is not read yet goes with a later append.
    const records = store.records.page(room.row.no, availableFrom, PRUNE_STEP, true);
    room.isDamaged = false;
    for (const record of records) {
      oldest = record.time;
      if (!isDue(record, freed)) break;
      availableFrom = record.n + 1;
      // RULE: retention.messages-only: commits and roster records are what newcomers verify: they are never pruned.
      if (record.kind === "commit") continue;
      freedInAll += record.payload.length;
      if (record.isOnProbation) probationBytes -= record.payload.length;
      else freed += record.payload.length;
      store.records.prune(room.row.no, record.n, recordDigest(this.sha256, record));
    }
    if (availableFrom > room.row.n) oldest = null;
    room.change({ availableFrom, oldest, messageBytes: room.row.messageBytes - freedInAll, probationBytes });
  }
}
