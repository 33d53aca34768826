import { parseArgs } from "node:util";
import { simulateInShards } from "./shards.js";
import { simulate } from "./simulation.js";

// npm run simulate -- [--seed N] [--steps M] [--runs R] [--devices D] [--trace]
// npm run simulate -- --folder DIR [--shard K/N] [--steps M] [--each E] [--seed N] [--devices D]
const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    steps: { type: "string", default: "5000" },
    runs: { type: "string", default: "1" },
    devices: { type: "string", default: "8" },
    trace: { type: "boolean", default: false },
    folder: { type: "string" },
    shard: { type: "string", default: "0/1" },
    each: { type: "string", default: "10000" },
  },
});
const [first, steps, runs, devices] = [values.seed, values.steps, values.runs, values.devices].map(Number) as [
  number,
  number,
  number,
  number,
];
const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
process.exitCode = (await (values.folder === undefined ? runSeeds() : runShards(values.folder))) === 0 ? 0 : 1;

async function runShards(folder: string): Promise<number> {
  const [at, of] = values.shard.split("/").map(Number) as [number, number];
  const shards = { folder, steps, each: Number(values.each), seed: first, devices, share: { at, of }, print };
  const result = await simulateInShards(shards);
  const { length } = result.failures;
  print(`${String(result.runs)} runs, ${String(result.steps)} steps, ${String(length)} failures in this share`);
  return length;
}

async function runSeeds(): Promise<number> {
  let failed = 0;
  for (let seed = first; seed < first + runs; seed++) {
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    const result = await simulate({ seed, steps, devices, ...(values.trace ? { onTrace: print } : {}) });
    const seconds = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    const rate = Math.round(result.steps / seconds);
    const perCpu = Math.round((result.steps * 1e6) / (user + system));
    print(
      `seed ${seed}: ${result.steps} steps, ${rate}/s (${perCpu} in a second of processor time), ${result.digest.slice(0, 16)} ${JSON.stringify(result.counts)}`,
    );
    if (result.failure === null) continue;
    failed++;
    print([...result.tail, result.failure.stack ?? result.failure.message].join("\n"));
    print(`FAILED. Again:  npm run simulate -- --seed ${seed} --steps ${steps} --devices ${devices}`);
  }
  return failed;
}
