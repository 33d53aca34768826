import { median } from "./stopwatch.js";

/** What a relay holds on to at a quiet moment: nobody is connected, and nothing waits. */
export interface SoakSample {
  /** Seconds since the soak began. */
  readonly second: number;
  /** Resident bytes of the process, after its main thread has collected its garbage. */
  readonly memory: number;
  /** Open file descriptors. */
  readonly handles: number;
  /** Threads of the process. */
  readonly threads: number;
  /** Files in the data folder. */
  readonly files: number;
  /** Bytes of the write-ahead log. */
  readonly journal: number;
  /** Bytes of the database. It grows: messages are kept. */
  readonly database: number;
  /** Appends that the relay has acknowledged so far. */
  readonly appends: number;
}

/** What may grow by how much, from the second quarter of the time to the last; the first is for warming up. */
const BOUNDS = [
  { what: "memory", share: 0.1, plus: 16 * 1024 * 1024 },
  { what: "handles", share: 0, plus: 2 },
  { what: "threads", share: 0, plus: 0 },
  { what: "files", share: 0, plus: 0 },
  { what: "journal", share: 0.1, plus: 16 * 1024 * 1024 },
] as const;

/** Quarters of fewer samples than this say nothing. */
const LEAST_OF_QUARTER = 3;

/**
 * What has grown that should be flat, in words; empty when nothing has. Medians of the second and of the last quarter of the
 * samples are compared. Throws when there are too few samples to say anything.
 */
export function grown(samples: readonly SoakSample[]): string[] {
  const quarter = Math.floor(samples.length / 4);
  if (quarter < LEAST_OF_QUARTER) throw new Error(`${String(samples.length)} samples are too few to say what grows`);
  const [early, late] = [samples.slice(quarter, 2 * quarter), samples.slice(-quarter)];
  return BOUNDS.flatMap(({ what, share, plus }) => {
    const [before, after] = [early, late].map((part) => median(part.map((sample) => sample[what])));
    const isFlat = after! <= before! * (1 + share) + plus;
    return isFlat ? [] : [`${what}: ${String(before)} in the second quarter, ${String(after)} in the last`];
  });
}
