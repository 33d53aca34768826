import type { Store } from "../store/store.js";
import type { WallClock } from "./wallClock.js";

/** Ms by which the reserved time runs ahead: after a crash the relay's time is at most this far ahead of the clock. */
const RESERVED = 10_000;

/**
 * The time that the relay puts on records and under receipts: the machine's clock, except that it never goes back.
 *
 * RULE: receipt.time-never-falls: a later receipt for a shorter log is proof of a rollback, so a clock that is set back
 * must not make an honest relay sign one, not even across a crash (docs/protocol.md §6, attack A17).
 */
export class RelayTime {
  private last: number;
  private reserved: number;

  constructor(
    private readonly store: Store,
    private readonly clock: WallClock,
    /** Whether more time can be reserved; if not, the last reserved moment is signed. */
    private readonly canWrite: () => boolean,
  ) {
    this.reserved = store.signedUntil();
    this.last = this.reserved;
  }

  /** What was reserved since the store's last commit is not reserved. */
  undo(): void {
    this.reserved = this.store.signedUntil();
  }

  /** The time to sign now. */
  at(now: number): number {
    const next = Math.max(this.last, this.clock.at(now));
    if (next >= this.reserved && this.canWrite()) {
      this.reserved = next + RESERVED;
      this.store.saveSignedUntil(this.reserved);
    }
    this.last = Math.max(this.last, Math.min(next, this.reserved - 1));
    return this.last;
  }
}
