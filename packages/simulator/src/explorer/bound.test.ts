import { preset } from "@conclave/protocol";
import { expect, it } from "vitest";
import { explore } from "./explore.js";
import { explorationLine } from "./told.js";

// Five minutes, with `npm test` too. CONCLAVE_EXPLORE_SECONDS is any other budget.
const seconds = Number(process.env["CONCLAVE_EXPLORE_SECONDS"] ?? 300) / 3;

it.each([
  ["an honest relay", 0, "open"],
  ["a relay that lies once in each path", 1, "open"],
  ["an honest relay, where two have to agree", 0, "admins:2"],
] as const)(
  `what can be visited in ${String(seconds)} s breaks nothing, with %s`,
  (relay, faults, policy) => {
    const explored = explore({ members: 3, events: 6, faults, seconds, policy: preset(policy) });
    process.stdout.write(`${relay}: ${explorationLine(explored)}\n`);
    expect(explored.broken).toBeNull();
    expect(explored.states).toBeGreaterThan(0);
  },
  (seconds + 60) * 1000,
);
