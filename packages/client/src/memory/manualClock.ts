import type { CancelTimer, Clock } from "../ports/clock.js";

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly fire: () => void;
}

/** A clock that stands still until told: for tests and for the simulator. Timers of one instant fire in their order. */
export class ManualClock implements Clock {
  private timers: Timer[] = [];
  private order = 0;

  constructor(private time = 1_700_000_000_000) {}

  now(): number {
    return this.time;
  }

  setTimer(delay: number, fire: () => void): CancelTimer {
    const timer: Timer = { at: this.time + Math.max(0, Math.ceil(delay)), order: this.order++, fire };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  /** When the next timer is due, or null when there is none. */
  next(): number | null {
    return this.earliest()?.at ?? null;
  }

  /** Fires the next timer that is due at or before `until`, moving time to it. False when there is none. */
  step(until = Number.POSITIVE_INFINITY): boolean {
    const timer = this.earliest();
    if (!timer || timer.at > until) return false;
    this.timers = this.timers.filter((other) => other !== timer);
    this.time = Math.max(this.time, timer.at);
    timer.fire();
    return true;
  }

  /** Lets `duration` milliseconds pass, firing what comes due. */
  advance(duration: number): void {
    const until = this.time + duration;
    while (this.step(until));
    this.time = until;
  }

  private earliest(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.timers) {
      if (!first || timer.at < first.at || (timer.at === first.at && timer.order < first.order)) first = timer;
    }
    return first;
  }
}
