import { expect, it } from "vitest";
import { LiveSession } from "../src/room/liveSession.js";
import { type Home, twoIn, World } from "./world.js";

/** What the relay answers to a home that asks what only members may. */
async function standing(world: World, home: Home): Promise<string> {
  const { room, tag: roomTag } = home;
  if (!(room instanceof LiveSession)) throw new Error("not a session");
  const answer = await world.run(
    room.engine.connection.request<"listRequests">({ type: "listRequests", roomTag, after: 0 }),
  );
  return answer.type === "error" ? answer.error : answer.type;
}

/** Alice and Mallory in a room, and their apps say nothing more to the relay while `joiners` come in by a link. */
async function asleep(world: World, joiners: readonly string[]): Promise<[Home, Home]> {
  const [alice, mallory] = await twoIn(world);
  const link = await alice.invite("direct", 100);
  await world.pass(60_000);
  const silent = new Set([alice, mallory]);
  world.beforeFrames = (home) => (silent.has(home) ? new Promise(() => undefined) : undefined);
  for (const name of joiners) {
    const home = world.home();
    await home.open();
    await home.join(link, name);
  }
  await world.until(() => alice.room.members().length === 2 + joiners.length);
  silent.delete(alice);
  return [alice, mallory];
}

async function restart(world: World, home: Home): Promise<void> {
  home.kill();
  await home.open();
  await world.pass(5000);
}

it("A109: RULE client.vouching-lasts: who restarts before the relay knew that they follow a newcomer still removes others", async () => {
  const world = new World();
  const [alice, mallory] = await asleep(world, ["Bob"]);
  // Her app ends before it has proved the key that Bob's commit led to.
  await restart(world, alice);
  await world.get(alice.room.decide({ type: "remove", person: mallory.client.person, ban: true }));
  await world.pass(5000);
  expect(await standing(world, alice)).toBe("requests");
});

it("A109: RULE client.vouching-lasts: however many came in meanwhile", async () => {
  const world = new World();
  const [alice, mallory] = await asleep(world, ["Bob", "Carol", "Dave", "Eve", "Frank", "Grace"]);
  await restart(world, alice);
  await world.get(alice.room.decide({ type: "remove", person: mallory.client.person, ban: true }));
  await world.pass(5000);
  expect(await standing(world, alice)).toBe("requests");
});
