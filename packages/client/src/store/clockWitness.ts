/** How far clocks may be apart before a person is asked (ms): more than a clock drifts that nobody sets. */
export const CLOCK_LIMIT_MS = 10 * 60_000;

/** How far apart the clocks of people who answer at once may be before one of them is taken to be wrong (ms). */
const APART_MS = 2 * 60_000;
/** So many people's clocks, at least, are held against our own. */
const LEAST_CLOCKS = 3;

/** How far this device's clock is ahead of other people's (ms), below zero behind them, and how many say so. */
export interface ClockDoubt {
  readonly ahead: number;
  readonly people: number;
}

/**
 * What others' clocks say of this device's, in this process: the relay's, in what it signs, and other members', in what they
 * write. Nothing of it is stored, and it decides nothing: a decision's time stays in the room for ever, so a person is asked
 * before one is signed by a clock that nobody agrees with.
 */
export class ClockWitness {
  /** A person says that this device's clock is right. */
  isTrusted = false;
  private relay: number | null = null;
  /** The newest time that the relay has signed (ms); 0 for none. */
  private newest = 0;
  private peer: number | null = null;
  /** How far the clocks of those who answered at once are ahead of ours (ms), by hexadecimal person: at least, and at most. */
  private readonly answers = new Map<string, { readonly least: number; readonly most: number }>();

  /**
   * The relay signed this time just now.
   *
   * RULE: freshness.clock-set: where our clock stands elsewhere beside the relay's than before, one of the two was set, and what others'
   * clocks showed beside ours shows nothing any more: a clock that is right again is not said to be wrong. A relay that lies here only
   * takes away what they showed; it says nothing in their place (attack A35).
   */
  heardRelay(time: number, now: number): void {
    const offset = time - now;
    if (this.relay !== null && Math.abs(offset - this.relay) > APART_MS) this.restart();
    this.relay = offset;
    this.newest = Math.max(this.newest, time);
  }

  /** Whether this time (ms) lies behind us by what the relay has signed, in this process. */
  isBehindRelay(time: number): boolean {
    return this.newest > time;
  }

  /** Another member wrote this by their clock: perhaps long ago, so only a time near ours says something. */
  heardPeer(time: number, now: number): void {
    const offset = time - now;
    if (this.peer === null || Math.abs(offset) < Math.abs(this.peer)) this.peer = offset;
  }

  /** Somebody signed this time a moment ago, whatever the relay did: they answered what we had just made. */
  heardAnswer(person: string, time: number, { made, now }: { readonly made: number; readonly now: number }): void {
    this.answers.set(person, { least: time - now, most: time - made });
  }

  /** When this person signed this time, by our clock and not later than they did; null where their clock was never held against it. */
  dated(person: string, time: number): number | null {
    const offset = this.answers.get(person);
    return offset === undefined ? null : time - offset.most;
  }

  /** Our clock was set: what others' showed against it shows nothing any more. */
  restart(): void {
    this.answers.clear();
  }

  /**
   * What to add to our clock to have the others' (ms); 0 while they do not say that it is wrong.
   *
   * RULE: freshness.own-clock: the middle of what several people's clocks say counts, never one person's, nor the relay's
   * (attack A35).
   */
  get correction(): number {
    const offsets = [...this.answers.values()].map(({ least }) => least).sort((a, b) => a - b);
    const middle = offsets.length < LEAST_CLOCKS ? 0 : offsets[Math.floor(offsets.length / 2)]!;
    return Math.abs(middle) > APART_MS ? middle : 0;
  }

  /** What people's clocks say of ours; null where they do not doubt it. */
  get peers(): ClockDoubt | null {
    const { correction, answers } = this;
    return correction === 0 ? null : { ahead: -correction, people: answers.size };
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
