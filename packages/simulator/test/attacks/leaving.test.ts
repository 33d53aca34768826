import { describe, expect, it, vi } from "vitest";
import { granted, type SimulatedDevice, World } from "../../src/index.js";
import { shutOut } from "../hostile/shutOut.js";
import { namesOf } from "../hostile/view.js";

vi.setConfig({ testTimeout: 120_000 });

async function threeOfUs() {
  const world = new World({ isRelayHonest: false });
  const [alice, bob, carol] = (await world.roomOf(["Alice", "Bob", "Carol"])) as [
    SimulatedDevice,
    SimulatedDevice,
    SimulatedDevice,
  ];
  await world.pass(60_000);
  await world.inStep();
  return { world, alice, bob, carol };
}

describe("who leaves", () => {
  it("A61: RULE client.farewell-again: is shut out by another's keys before anybody lets them go, comes back, and is let go", async () => {
    const { world, alice, bob, carol } = await threeOfUs();
    // Nobody carries it out: Alice's commits get lost.
    let areLost = true;
    world.relay.tamper({
      request: (node, frame) =>
        areLost && node === "Alice" && frame.type === "append" && frame.kind === "commit" ? [] : [frame],
    });
    const { n } = bob.room.status();
    granted(await world.finish(carol.room.leave()));
    await world.until(() => bob.room.status().n > n);
    await shutOut(world, bob, [carol]);
    bob.crash();
    const isBack = () => carol.isInRoom && carol.room.status().comingBack === null;
    await world.until(() => carol.room.status().comingBack !== null, 200_000);
    await world.until(isBack, 4_000_000);
    areLost = false;
    await world.until(() => ["left", "removed"].includes(carol.room.status().standing), 600_000);
    await world.inStep([alice]);
    expect(namesOf(alice)).toEqual(["Alice", "Bob"]);
  });
});
