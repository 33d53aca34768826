import { describe, expect, it } from "vitest";
import { canKill, kill } from "./killRun.js";

describe.skipIf(!canKill)("relays on one PostgreSQL (skipped without PostgreSQL)", () => {
  it("lose nothing and write nothing twice when they and PostgreSQL are killed, and subscribers get each record once", async () => {
    let drawn = 0;
    // Each kind of kill, and two at once; who and when is the same in each run, what is under way is not.
    const random = (): number => ((drawn++ * 7) % 25) / 25;
    const { kills, appends, receipts, faults } = await kill(10, random);
    expect(faults).toEqual([]);
    expect(kills.relay + kills.postgres).toBeGreaterThanOrEqual(10);
    expect(kills.postgres).toBeGreaterThan(0);
    expect(appends).toBeGreaterThan(100);
    expect(receipts).toBeGreaterThan(10);
  }, 600_000);
});
