import type { CallCounts } from "./mlsFloor.js";
import { median } from "./stopwatch.js";

/** Takes one measured run of an operation, with the calls that it made if they are known, or a size in bytes. */
export interface Sample {
  (operation: string, timing: { ms: number }, calls?: CallCounts): void;
  bytes(operation: string, length: number): void;
  /** Of the same run: the time (ms) in one kind of call. */
  part(operation: string, part: string, ms: number): void;
}

/** Collects the runs of one contender, and gives their medians. */
export class Samples {
  private readonly times = new Map<string, number[]>();
  private readonly sizes = new Map<string, number[]>();
  private readonly calls = new Map<string, CallCounts>();
  private readonly parts = new Map<string, Map<string, number[]>>();

  /** The function that takes the runs. */
  readonly sample: Sample = Object.assign(
    (operation: string, { ms }: { ms: number }, calls?: CallCounts) => {
      push(this.times, operation, ms);
      if (calls !== undefined) this.calls.set(operation, calls);
    },
    {
      bytes: (operation: string, length: number) => {
        push(this.sizes, operation, length);
      },
      part: (operation: string, part: string, ms: number) => {
        const known = this.parts.get(operation) ?? new Map<string, number[]>();
        this.parts.set(operation, known);
        push(known, part, ms);
      },
    },
  );

  /** Forgets all runs so far: they warmed up the compiler. */
  clear(): void {
    this.times.clear();
    this.sizes.clear();
    this.parts.clear();
  }

  /** Operations in the order in which they were first measured. */
  operations(): string[] {
    return [...this.times.keys()];
  }

  /** Median time in milliseconds, or null. */
  time(operation: string): number | null {
    const runs = this.times.get(operation);
    return runs === undefined ? null : median(runs);
  }

  /** The calls that the last run of an operation made, or null. */
  callsOf(operation: string): CallCounts | null {
    return this.calls.get(operation) ?? null;
  }

  /** Median time in ms in each kind of call of an operation. */
  partsOf(operation: string): ReadonlyMap<string, number> {
    return new Map([...(this.parts.get(operation) ?? [])].map(([part, runs]) => [part, median(runs)]));
  }

  /** Median sizes in bytes. */
  bytes(): [operation: string, bytes: number][] {
    return [...this.sizes].map(([operation, lengths]) => [operation, median(lengths)]);
  }
}

function push(map: Map<string, number[]>, name: string, value: number): void {
  const list = map.get(name);
  if (list === undefined) map.set(name, [value]);
  else list.push(value);
}
