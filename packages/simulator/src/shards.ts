import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { simulate } from "./simulation.js";

/** A run that is over, as it is on the disk: one line. */
interface FinishedRun {
  readonly seed: number;
  readonly steps: number;
  readonly digest: string;
  /** Null when nothing was wrong. */
  readonly failure: string | null;
}

/** Many runs, kept on the disk. */
export interface Shards {
  /** Where finished runs are written. */
  readonly folder: string;
  /** Steps of all runs together. */
  readonly steps: number;
  /** Steps of one run: each has a seed of its own, from `seed` on. */
  readonly each: number;
  readonly seed: number;
  readonly devices: number;
  /** This process's share: the runs whose number leaves `at` when divided by `of`. */
  readonly share: { readonly at: number; readonly of: number };
  readonly print: (line: string) => void;
}

/** What all runs that are on the disk came to. */
export interface ShardsResult {
  readonly runs: number;
  readonly steps: number;
  readonly failures: readonly FinishedRun[];
}

/**
 * Makes so many runs that there are so many steps in all, and leaves out those that are on the disk: who was stopped goes on
 * with the same call. Several processes may take a share each.
 */
export async function simulateInShards(shards: Shards): Promise<ShardsResult> {
  const { folder, steps, each, seed: first, devices, share, print } = shards;
  mkdirSync(folder, { recursive: true });
  // One file for each size of run: other sizes are other runs.
  const file = join(folder, `runs-${String(each)}-${String(devices)}-${String(share.at)}.jsonl`);
  const finished = new Map(read(file).map((run) => [run.seed, run]));
  for (let no = share.at; no < Math.ceil(steps / each); no += share.of) {
    const seed = first + no;
    if (finished.has(seed)) continue;
    const start = performance.now();
    const result = await simulate({ seed, steps: each, devices });
    const failure = result.failure && (result.failure.stack ?? result.failure.message);
    const run: FinishedRun = { seed, steps: result.steps, digest: result.digest, failure };
    appendFileSync(file, `${JSON.stringify(run)}\n`);
    finished.set(seed, run);
    const seconds = ((performance.now() - start) / 1000).toFixed(0);
    const sofar = [...finished.values()].reduce((before, { steps: more }) => before + more, 0);
    print(
      `seed ${String(seed)}: ${String(run.steps)} steps, ${seconds} s, ${run.digest.slice(0, 16)}, ` +
        `${failure === null ? "nothing broken" : "FAILED"}; ${String(sofar)} steps so far`,
    );
    if (failure !== null) print(failure);
  }
  const all = [...finished.values()];
  return {
    runs: all.length,
    steps: all.reduce((before, { steps: more }) => before + more, 0),
    failures: all.filter(({ failure }) => failure !== null),
  };
}

// A line that was cut off when the process ended is no finished run.
function read(file: string): FinishedRun[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.endsWith("}"))
    .map((line) => JSON.parse(line) as FinishedRun);
}
