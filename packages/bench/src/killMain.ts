import { canKill, kill } from "./killRun.js";
import { median } from "./stopwatch.js";

// npm run kill [-- --kills 200]: do relays on one PostgreSQL lose anything when they, or it, are killed? Exit code 1 if so.
const at = process.argv.indexOf("--kills");
const kills = at < 0 ? 200 : Number(process.argv[at + 1]);
if (!Number.isSafeInteger(kills) || kills < 1) {
  console.error("--kills takes a number from 1.");
  process.exitCode = 2;
} else if (!canKill) {
  console.error("PostgreSQL is not installed (Debian: postgresql).");
  process.exitCode = 2;
} else {
  const begun = performance.now();
  const found = await kill(kills, Math.random, (n, ms) => {
    if (n % 10 === 0) console.log(`${n} kills; everybody went on ${seconds(ms)} after the last one`);
  });
  const { appends, receipts, heldUp, back, faults } = found;
  const rows = [
    ["kills of a relay, of PostgreSQL", `${found.kills.relay}, ${found.kills.postgres}`],
    ["appends acknowledged, each in the log once", String(appends)],
    ["signed heads that agree with the log", String(receipts)],
    ["appends held up: batches, median, longest", `${heldUp.length}, ${spread(heldUp)}`],
    ["all go on after a relay: median, longest", spread(back.relay)],
    ["all go on after PostgreSQL: median, longest", spread(back.postgres)],
    ["the run took", seconds(performance.now() - begun)],
  ];
  const width = Math.max(...rows.map(([what]) => what!.length));
  for (const [what, value] of rows) console.log(`${what!.padEnd(width)}  ${value!}`);
  console.log(faults.length === 0 ? "Nothing was lost, and nothing is there twice." : `Faults:\n${faults.join("\n")}`);
  if (faults.length > 0) process.exitCode = 1;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function spread(times: readonly number[]): string {
  return times.length === 0 ? "none" : `${seconds(median(times))}, ${seconds(times.at(-1)!)}`;
}
