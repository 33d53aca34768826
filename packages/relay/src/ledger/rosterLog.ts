import type { RosterRecord } from "@conclave/wire";
import type { Store } from "../store/store.js";
import type { HostedRoom } from "./hostedRoom.js";

/** What a record counts for besides its bytes. */
const ROW_BYTES = 64;

/**
 * The roster log: what newcomers read of the commits. Whether an outsider's commit was a join or junk shows when a member follows
 * it. Until then its record waits, within a bound that all of them share; what is left out of the roster log for that is still in
 * the log, and comes back when the commit is confirmed: no join that members have followed is ever lost.
 */
export class RosterLog {
  constructor(
    private readonly store: Store,
    /** Bytes of records that wait, in one room. */
    private readonly mostWaiting: number,
  ) {}

  /** Adds the record of the room's newest commit. */
  add(room: HostedRoom, attachment: Uint8Array, isOnProbation: boolean): void {
    const { no, n } = room.row;
    this.store.addRoster(no, { n, attachment }, isOnProbation);
    room.change({ rosterN: n });
    if (!isOnProbation) return;
    let waiting = room.row.waitingBytes + attachment.length + ROW_BYTES;
    // RULE: roster.waiting-bounded: what outsiders append fills only so much of what newcomers have to read (attack A106).
    while (waiting > this.mostWaiting) {
      const oldest = this.store.oldestWaitingRoster(no);
      if (oldest === null || oldest.n === n) break;
      this.store.dropRoster(no, oldest.n);
      waiting -= oldest.bytes + ROW_BYTES;
    }
    room.change({ waitingBytes: waiting });
  }

  /** The commits on probation that a member confirms who follows the one at `n`: it, and what it follows. */
  followed(room: HostedRoom, n: number): RosterRecord[] {
    const followed: RosterRecord[] = [];
    for (let at = n; at > 0;) {
      const commit = this.store.commitAt(room.row.no, at);
      if (commit?.isOnProbation !== true) break;
      followed.push({ n: at, attachment: commit.attachment });
      at = commit.parent;
    }
    return followed;
  }

  /** A member follows these commits. */
  // RULE: roster.read-before-written: they were read before anything of the request was written, so a row that is damaged leaves
  // nothing half done.
  confirm(room: HostedRoom, followed: readonly RosterRecord[]): void {
    const { no } = room.row;
    let { waitingBytes, rosterN } = room.row;
    // RULE: roster.confirmed-stays: the records of joins that members have followed are complete, and stay (attack A106).
    for (const { n, attachment } of followed) {
      this.store.confirmCommit(no, n);
      if (attachment.length === 0) continue;
      const wasThere = this.store.keepRoster(no, { n, attachment });
      if (wasThere) waitingBytes -= attachment.length + ROW_BYTES;
      rosterN = Math.max(rosterN, n);
    }
    room.change({ waitingBytes, rosterN });
  }
}
