import { expect, it } from "vitest";
import { explore } from "./explore.js";
import { explorationLine } from "./told.js";

// A minute with `npm test`; five with `npm run verify`, which sets CONCLAVE_LONG.
// CONCLAVE_EXPLORE_SECONDS is any other budget.
const usual = process.env["CONCLAVE_LONG"] === undefined ? 60 : 300;
const seconds = Number(process.env["CONCLAVE_EXPLORE_SECONDS"] ?? usual) / 2;

it.each([
  ["an honest relay", 0],
  ["a relay that lies once in each path", 1],
])(
  `what can be visited in ${String(seconds)} s breaks nothing, with %s`,
  (_relay, faults) => {
    const explored = explore({ members: 3, events: 6, faults, seconds });
    process.stdout.write(`${String(faults)} faults: ${explorationLine(explored)}\n`);
    expect(explored.broken).toBeNull();
    expect(explored.states).toBeGreaterThan(0);
  },
  (seconds + 60) * 1000,
);
