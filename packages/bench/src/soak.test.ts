import { describe, expect, it } from "vitest";
import { soak } from "./soak.js";
import type { SoakSample } from "./soakReport.js";

describe.skipIf(process.platform !== "linux")("npm run soak", () => {
  it("lets people of every kind come and go, and the relay refuses none of them", async () => {
    const seen: SoakSample[] = [];
    const samples = await soak(0.01, (sample) => seen.push(sample), 6000);
    expect(samples).toEqual(seen);
    expect(samples).toHaveLength(1);
    expect(samples[0]!.appends).toBeGreaterThan(0);
  }, 60_000);
});
