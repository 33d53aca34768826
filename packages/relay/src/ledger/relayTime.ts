import type { Ledger } from "../store/ledger.js";
import type { WallClock } from "./wallClock.js";

/** Ms by which the reserved time runs ahead: after a crash the relay's time is at most this far ahead of the clock. */
export const RESERVED = 10_000;

/**
 * The time that the relay puts on records and under receipts: the machine's clock, except that it never goes back.
 *
 * RULE: receipt.time-never-falls: a later receipt for a shorter log is proof of a rollback, so a clock that is set back
 * must not make an honest relay sign one, not even across a crash (docs/protocol.md §6, attack A17).
 */
export class RelayTime {
  private last = 0;
  private reserved: number | null = null;

  constructor(
    private readonly store: Ledger,
    private readonly clock: WallClock,
    /** Whether more time can be reserved; if not, the last reserved moment is signed. */
    private readonly canWrite: () => boolean,
    /** Whether other relays sign too. Then the clock is the store's, and never behind what any of them has signed. */
    private readonly isShared: boolean,
  ) {}

  /** What is reserved is read again: others may have, or what was reserved since the store's last commit is not. */
  forget(): void {
    this.reserved = null;
  }

  /** This relay has signed such a time before, as its own signature shows: it signs none before it. */
  atLeast(time: number): void {
    const reserved = (this.reserved ??= this.store.signedUntil());
    if (this.last === 0 && !this.isShared) this.last = reserved;
    if (time <= this.last) return;
    if (time >= reserved) {
      if (!this.canWrite()) return;
      this.reserved = time + RESERVED;
      this.store.saveSignedUntil(this.reserved);
    }
    this.last = time;
  }

  /** The time to sign now. */
  at(now: number): number {
    let reserved = (this.reserved ??= this.store.signedUntil());
    // Up to there this relay may have signed before it was started.
    if (this.last === 0 && !this.isShared) this.last = reserved;
    const next = Math.max(this.last, this.clock.at(now));
    if (next >= reserved && this.canWrite()) {
      reserved = this.reserved = next + RESERVED;
      this.store.saveSignedUntil(reserved);
    }
    this.last = Math.max(this.last, Math.min(next, reserved - 1));
    return this.last;
  }
}
