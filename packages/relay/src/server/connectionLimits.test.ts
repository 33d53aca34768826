import { expect, it } from "vitest";
import { ConnectionLimits } from "./connectionLimits.js";

it("A161: RULE relay.connect-rate: one address comes only so often, also when it has gone in between; others come in", () => {
  let now = 0;
  const limits = new ConnectionLimits({ connections: 100, connectionsPerAddress: 16 }, () => now);
  const comes = (address: string, times: number): number => {
    let taken = 0;
    for (let n = 0; n < times; n++) {
      if (limits.refusal(address) !== null) continue;
      limits.add(address);
      limits.remove(address);
      taken++;
    }
    return taken;
  };
  expect([comes("stranger", 50), comes("member", 1)]).toEqual([32, 1]);
  now += 3000;
  limits.sweep();
  expect(comes("stranger", 50)).toBe(3);
  now += 60_000;
  limits.sweep();
  expect(comes("stranger", 50)).toBe(32);
});
