import type { Store } from "../store/store.js";

/** Ms by which the reserved time runs ahead: after a crash the relay's time is at most so much ahead of the clock. */
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

  constructor(private readonly store: Store) {
    this.reserved = store.signedUntil();
    this.last = this.reserved;
  }

  /** The time to sign, at this time by the machine's clock. Within a batch of the store. */
  at(now: number): number {
    this.last = Math.max(this.last, now);
    if (this.last >= this.reserved) {
      this.reserved = this.last + RESERVED;
      this.store.saveSignedUntil(this.reserved);
    }
    return this.last;
  }
}
