import { describe, expect, it } from "vitest";
import { World } from "./world.js";

describe("a world", () => {
  it("runs real clients at a real relay: found, join, talk, crash, go on", async () => {
    const world = new World({ seed: 7 });
    const [alice, bob] = await world.roomOf(["Alice", "Bob"]);
    await world.say(alice!, "hello Bob");
    await world.inStep();
    expect(await world.texts(bob!)).toEqual(["Alice: hello Bob"]);
    bob!.crash();
    await world.say(alice!, "are you there?");
    await world.start(bob!);
    await world.inStep();
    await world.say(bob!, "yes");
    await world.inStep();
    expect(await world.texts(alice!)).toEqual(["Alice: hello Bob", "Alice: are you there?", "Bob: yes"]);
    expect(await world.texts(bob!)).toEqual(await world.texts(alice!));
    expect(world.audit.traced).toBeGreaterThan(2);
    expect(world.invariants.checks).toBeGreaterThan(5);
    expect(world.invariants.keysLookedFor).toBeGreaterThan(20);
  });
});
