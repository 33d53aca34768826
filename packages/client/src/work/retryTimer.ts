import type { CancelTimer } from "../ports/clock.js";
import type { ClientPorts } from "../api/client.js";
import { Backoff } from "../relay/backoff.js";

/** One thing that is tried again later: at most one timer, and growing waits while it does not go well. */
export class RetryTimer {
  private cancel: CancelTimer | null = null;
  private readonly backoff: Backoff;

  constructor(
    private readonly ports: Pick<ClientPorts, "clock" | "random">,
    private readonly again: () => void,
  ) {
    this.backoff = new Backoff(ports.random);
  }

  /** Whether it waits for the next try. */
  get isWaiting(): boolean {
    return this.cancel !== null;
  }

  /** Tries again after a growing wait, and not before `least` ms. */
  later(least = 0): void {
    this.backoff.hold(least);
    this.in(this.backoff.next());
  }

  /** Tries again in `delay` ms; an earlier plan is dropped. */
  in(delay: number): void {
    this.stop();
    this.cancel = this.ports.clock.setTimer(delay, () => {
      this.cancel = null;
      this.again();
    });
  }

  /** It went well: the next wait is short again. */
  reset(): void {
    this.backoff.reset();
  }

  stop(): void {
    this.cancel?.();
    this.cancel = null;
  }
}

/** A random number from 0 to below 1, for jitter. */
export function fraction({ random }: Pick<ClientPorts, "random">): number {
  const [high = 0, low = 0] = random(2);
  return (high * 256 + low) / 65_536;
}
