import { describe, expect, it } from "vitest";
import { World } from "./world.js";

describe("used keys (A24, RFC 9420 §9.2)", () => {
  it("RULE mls.apply-keeps-deleted: are on no disk after a commit that was on its way while messages came, and went", async () => {
    const world = new World({ seed: 24 });
    const [alice, bob, carol] = await world.roomOf(["Alice", "Bob", "Carol"]);
    for (let round = 0; round < 8; round++) {
      const speaker = round % 2 === 0 ? bob! : carol!;
      await world.write(speaker, `round ${round}`);
      const made = world.invite(alice!, { label: `round ${round}` });
      if (round % 3 === 0) await world.write(alice!, `mine ${round}`);
      await made;
      await world.inStep();
      // Once more with the process gone between the commit and its echo.
      await world.write(carol!, `again ${round}`);
      const lost = world.invite(alice!, { label: `again ${round}` }).catch(() => null);
      await world.pass(20);
      alice!.crash();
      await world.start(alice!);
      await world.inStep();
      void lost;
    }
    expect(world.invariants.keysLookedFor).toBeGreaterThan(1_000);
  });
});
