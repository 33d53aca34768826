import { expect, it } from "vitest";
import { Admission } from "./admission.js";

it("RULE relay.connect-rate: one address comes only so often, also when it has gone in between; others come in", () => {
  let now = 0;
  const admission = new Admission({ connections: 100, connectionsPerAddress: 16 }, () => now);
  const comes = (address: string, times: number): number => {
    let taken = 0;
    for (let n = 0; n < times; n++) {
      if (admission.isCrowded(address)) continue;
      admission.add(address);
      admission.remove(address);
      taken++;
    }
    return taken;
  };
  expect([comes("stranger", 50), comes("member", 1)]).toEqual([32, 1]);
  now += 3000;
  admission.sweep();
  expect(comes("stranger", 50)).toBe(3);
  now += 60_000;
  admission.sweep();
  expect(comes("stranger", 50)).toBe(32);
});
