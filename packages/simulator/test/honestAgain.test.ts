import { afterAll, describe, expect, it } from "vitest";
import { type SimulatedDevice, World } from "../src/index.js";
import { RELAY_MOODS, type RelayMood } from "./hostile/relayMoods.js";
import { namesOf } from "./hostile/view.js";

/** How long a relay is hostile, and within which time all is well when it is honest again: ms by the clock of the world. */
const HOSTILE_MS = 2 * 60_000;
const MOST_MS = 5 * 60_000;

const longest = { removal: 0, entrance: 0, steps: 0 };

async function within(world: World, work: Promise<unknown>): Promise<number> {
  const [start, steps] = [world.timeline.now, world.steps];
  await world.finish(work, MOST_MS);
  longest.steps = Math.max(longest.steps, world.steps - steps);
  return world.timeline.now - start;
}

// A relay may refuse service, and what it did is told. Nobody in the room is blamed for it.
function blamed(device: SimulatedDevice): string[] {
  return device.room.status().alarms.flatMap(({ code, person }) => (person === null ? [] : [`${code} ${person.name}`]));
}

// As people do: who is told that it does not work now tries again in a while.
async function insist(world: World, attempt: () => Promise<{ readonly ok: boolean }>): Promise<void> {
  while (!(await attempt()).ok)
    await new Promise<void>((resolve) => world.timeline.plan(20_000, "tries again", resolve));
}

async function hold({ begin }: RelayMood): Promise<void> {
  const world = new World({ isRelayHonest: false, checks: false, seed: 7 });
  const members = await world.roomOf(["Alice", "Bob", "Carol"]);
  const [owner, bob, carol] = members;
  const { link } = await world.invite(owner!);
  await world.inStep();
  const past = world.relay.snapshot();
  for (const device of members) await world.say(device, `hello from ${device.name}`);
  const end = begin({ world, owner: owner!, members, past });
  // Life goes on: what cannot be sent waits.
  void owner!.room.decide({ type: "rekey" });
  for (const device of members) await world.write(device, `meanwhile, ${device.name}`);
  await world.pass(HOSTILE_MS);
  for (const device of members) expect(blamed(device)).toEqual([]);
  end();
  await world.pass(30_000);
  // Who was told that the relay lied has looked at it, and goes on.
  for (const { room } of members) if (room.status().paused?.why === "alarm") await world.finish(room.resume());
  const removal = { type: "remove" as const, person: carol!.client.person, ban: true };
  const ms = await within(
    world,
    insist(world, () => owner!.room.decide(removal)),
  );
  longest.removal = Math.max(longest.removal, ms);
  const dora = await world.device("Dora");
  longest.entrance = Math.max(longest.entrance, await within(world, world.join(dora, link)));
  const inside = [owner!, bob!, dora];
  await world.inStep(inside, MOST_MS);
  for (const device of inside) {
    expect(namesOf(device)).toEqual(["Alice", "Bob", "Dora"]);
    expect(device.room.roomCode()).toBe(owner!.room.roomCode());
    expect(device.room.status().paused).toBeNull();
    expect(blamed(device)).toEqual([]);
  }
  // Nothing that was said is lost.
  const texts = await world.texts(bob!);
  for (const device of [owner!, bob!]) expect(texts).toContain(`${device.name}: meanwhile, ${device.name}`);
}

describe("a relay that was hostile for two minutes and is honest again", () => {
  it.each(RELAY_MOODS.map((mood) => [mood.what, mood] as const))(
    "%s: nobody in the room is blamed, nobody stays paused, the owner removes somebody, and a newcomer gets in",
    async (_what, mood) => {
      await hold(mood);
    },
    240_000,
  );

  afterAll(() => {
    const { removal, entrance, steps } = longest;
    process.stdout.write(
      `after a hostile relay: a removal in ${String(removal)} ms at most, a newcomer's way in in ${String(entrance)} ms ` +
        `(${String(steps)} steps of the world at most)\n`,
    );
  });
});
