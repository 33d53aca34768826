import { describe, expect, it } from "vitest";
import { hasChromium, measureInChromium } from "./chromiumBench.js";

describe.skipIf(!hasChromium)("the web provider in Chromium (skipped without /usr/bin/chromium)", () => {
  it("is noble until libsodium is loaded, and libsodium then: it passes its self-test there", async () => {
    const columns = await measureInChromium({ members: 10, rounds: 1, joins: 1 });
    expect(columns.map(({ suite, outcomes }) => [suite, outcomes.map(({ provider }) => provider)])).toEqual([
      [0x0001, ["noble", "noble"]],
      [0x0001, ["libsodium", "libsodium"]],
      [0x004d, ["noble", "noble"]],
      [0x004d, ["libsodium", "libsodium"]],
    ]);
    for (const { times, outcomes } of columns) {
      expect([...times.keys()]).toEqual([
        "commit: create",
        "commit: process",
        "encrypt 256 B",
        "decrypt 256 B",
        "cold join",
      ]);
      // A commit among ten encapsulates, and a join looks at each leaf.
      const [commit, join] = outcomes.map(({ profile }) => new Map(profile.map(({ name, calls }) => [name, calls])));
      expect(commit?.get("kemEncapsulate")).toBeGreaterThan(0);
      expect(join?.get("ed25519Verify")).toBeGreaterThan(8);
    }
  }, 120_000);
});
