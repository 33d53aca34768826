import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { simulateInShards } from "./shards.js";

// Ten seeds: 100,000 steps, with `npm test` too. CONCLAVE_SIMULATE_STEPS is any other number of them.
const steps = Number(process.env["CONCLAVE_SIMULATE_STEPS"] ?? 100_000);
const each = steps / 10;

it(`${String(steps)} steps break nothing, and a run that was stopped goes on with what is not done`, async () => {
  const folder = mkdtempSync(join(tmpdir(), "conclave-runs-"));
  const lines: string[] = [];
  const shards = {
    folder,
    each,
    seed: 500,
    devices: 8,
    share: { at: 0, of: 1 },
    print: (line: string) => lines.push(line),
  };
  await simulateInShards({ ...shards, steps: each });
  expect(lines).toHaveLength(1);
  const { failures, ...made } = await simulateInShards({ ...shards, steps });
  expect(failures).toEqual([]);
  expect(made.runs).toBe(steps / each);
  expect(made.steps).toBeGreaterThanOrEqual(steps);
  expect(lines).toHaveLength(steps / each);
  process.stdout.write(`${lines.at(-1)!}\n`);
  rmSync(folder, { recursive: true });
}, 1_200_000);
