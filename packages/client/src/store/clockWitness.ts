/** How far clocks may be apart before a person is asked (ms): more than a clock drifts that nobody sets. */
export const CLOCK_LIMIT_MS = 10 * 60_000;

/**
 * What others' clocks say of this device's, in this process: the relay's, in what it signs, and other members', in what they
 * write. Nothing of it is stored, and it decides nothing: a decision's time stays in the room for ever, so a person is asked
 * before one is signed by a clock that nobody agrees with.
 */
export class ClockWitness {
  /** A person says that this device's clock is right. */
  isTrusted = false;
  private relay: number | null = null;
  private peer: number | null = null;

  /** The relay signed this time just now. */
  heardRelay(time: number, now: number): void {
    this.relay = time - now;
  }

  /** Another member wrote this by their clock: perhaps long ago, so only a time near ours says something. */
  heardPeer(time: number, now: number): void {
    const offset = time - now;
    if (this.peer === null || Math.abs(offset) < Math.abs(this.peer)) this.peer = offset;
  }

  /** How far this device's clock is ahead of the nearest other (ms), below zero behind it; null where it is near, or nothing is known. */
  get ahead(): number | null {
    if (this.relay === null || Math.abs(this.relay) <= CLOCK_LIMIT_MS) return null;
    return this.peer !== null && Math.abs(this.peer) <= CLOCK_LIMIT_MS ? null : -this.relay;
  }

  /** Why a person's decision is not signed before they were asked; null where it is. */
  get doubt(): { readonly kind: "clock"; readonly ahead: number } | null {
    const { ahead } = this;
    return this.isTrusted || ahead === null ? null : { kind: "clock", ahead };
  }

  /** The time of what is decided at this time by our clock: never ahead of the others' unless a person says so. */
  timeOf(now: number): number {
    return this.doubt === null ? now : now - Math.max(0, this.doubt.ahead);
  }
}
