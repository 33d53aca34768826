import { describe, expect, it } from "vitest";
import { asks, driving } from "./scripted.js";
import { type Home, twoIn, World } from "./world.js";

describe("a relay that pushes what is written", () => {
  it("RULE client.signed-for: has to sign for it each 32 to 64 records, and is asked for nothing meanwhile", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await world.pass(120_000);
    world.cut();
    await world.until(() => [alice, bob].every(({ room }) => room.status().connection === "live"));
    let asker: Home | null = null;
    const asked: number[] = [];
    world.beforeFrames = (home, frames) => {
      if (home === asker && frames.some(asks("subscribe"))) asked.push(driving(home).state.room!.cursor.n);
      return undefined;
    };
    asker = bob;
    const begun = bob.room.status().n;
    for (let n = 0; n < 200; n++) {
      await world.get(alice.room.send(`word ${String(n)}`));
      if (n % 4 === 3) await world.until(() => bob.room.status().n === begun + n + 1);
    }
    await world.pass(1000);
    const gaps = asked.map((n, at) => n - (at === 0 ? begun : asked[at - 1]!));
    expect(gaps.length).toBeGreaterThanOrEqual(3);
    expect(gaps.length).toBeLessThanOrEqual(6);
    for (const gap of gaps) {
      expect(gap).toBeGreaterThanOrEqual(32);
      // Some more may come while it is asked.
      expect(gap).toBeLessThanOrEqual(64 + 4);
    }
    // The same each time, as it is this person's own.
    expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThanOrEqual(8);
    expect(bob.room.status().alarms).toEqual([]);
  });
});
