import { parseArgs } from "node:util";
import { simulate } from "./simulation.js";

// npm run simulate -- [--seed N] [--steps M] [--runs R] [--devices D] [--trace]
const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    steps: { type: "string", default: "5000" },
    runs: { type: "string", default: "1" },
    devices: { type: "string", default: "8" },
    trace: { type: "boolean", default: false },
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
process.exitCode = failed === 0 ? 0 : 1;
