import type { CancelTimer, Clock } from "@conclave/client";

interface Planned {
  readonly at: number;
  readonly order: number;
  readonly label: string;
  run: (() => void) | null;
}

/** The world's time and everything that is still to happen in it, in one order. */
export class Timeline {
  private heap: Planned[] = [];
  private order = 0;

  constructor(public now = 1_700_000_000_000) {}

  /** Plans something. Things planned for the same instant happen in the order in which they were planned. */
  plan(delay: number, label: string, run: () => void): CancelTimer {
    const planned: Planned = { at: this.now + Math.max(0, Math.ceil(delay)), order: this.order++, label, run };
    this.push(planned);
    return () => {
      planned.run = null;
    };
  }

  /** When the next thing happens; null when nothing does. */
  next(): number | null {
    while (this.heap.length > 0 && this.heap[0]!.run === null) this.pop();
    return this.heap[0]?.at ?? null;
  }

  /** Moves time to the next thing and does it. Gives its label; null when there is none. */
  step(): string | null {
    if (this.next() === null) return null;
    const planned = this.pop();
    this.now = Math.max(this.now, planned.at);
    planned.run!();
    return planned.label;
  }

  private push(planned: Planned): void {
    const { heap } = this;
    let at = heap.push(planned) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(heap[at]!, heap[parent]!)) break;
      [heap[at], heap[parent]] = [heap[parent]!, heap[at]!];
      at = parent;
    }
  }

  private pop(): Planned {
    const { heap } = this;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    heap[0] = last;
    for (let at = 0; ;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < heap.length && isBefore(heap[child]!, heap[least]!)) least = child;
      }
      if (least === at) return first;
      [heap[at], heap[least]] = [heap[least]!, heap[at]!];
      at = least;
    }
  }
}

function isBefore(a: Planned, b: Planned): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** One process's view of the time: it may be wrong by `skew`, and its timers die with it. */
export class ProcessClock implements Clock {
  private isOver = false;

  constructor(
    private readonly timeline: Timeline,
    private readonly owner: string,
    /** Ms by which this clock is ahead. */
    public skew = 0,
  ) {}

  now(): number {
    return this.timeline.now + this.skew;
  }

  setTimer(delay: number, fire: () => void): CancelTimer {
    return this.timeline.plan(delay, `timer ${this.owner}`, () => {
      if (!this.isOver) fire();
    });
  }

  /** The process is gone. */
  stop(): void {
    this.isOver = true;
  }
}
