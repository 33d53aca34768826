import { expect, it } from "vitest";
import { type Home, twoIn, World } from "./world.js";

const RELAY = "ws://relay";
const MIRROR = "ws://relay2";
const mirrorOf = (home: Home) => home.room.mirrors()[0];

/** Both have the same room at the relay that was built again, and what each says comes to the other. */
async function inStep(world: World, homes: readonly Home[]): Promise<void> {
  for (const [at, home] of homes.entries()) await world.get(home.room.send(`word ${String(at)}`));
  await world.until(() => homes.every((home) => home.room.status().pending === 0));
  await world.until(() => homes.every((home) => home.room.status().n === homes[0]!.room.status().n));
  for (const home of homes) {
    expect((await home.texts()).filter((text) => text.includes(": word "))).toHaveLength(homes.length);
    expect(home.room.status()).toMatchObject({ paused: null, connection: "live" });
    // Who is there before they follow may be told that what answers is not the room's relay, as it was not.
    expect(home.room.status().alarms.filter(({ code }) => code !== "BAD_RECEIPT")).toEqual([]);
    expect(home.room.roomCode()).toBe(homes[0]!.room.roomCode());
  }
}

it("RULE move.same-address: a room whose relay was built again at its address, with another key, is moved there, and the others follow", async () => {
  const world = new World();
  const [alice, bob] = await twoIn(world);
  await world.get(alice.room.send("before"));
  await world.until(() => alice.room.status().pending === 0 && bob.room.status().n === alice.room.status().n);
  const why = async (room: Promise<unknown>) => await world.run(room);
  // While the room's own relay is there, there is nothing to move.
  const already = { ok: false, error: { kind: "refused", rejection: { code: "already_so" } } };
  expect(await why(alice.room.move({ relay: RELAY }))).toMatchObject(already);
  expect(await why(alice.room.move({ relay: RELAY, isOldGone: true }))).toMatchObject(already);
  expect(await why(bob.room.follow(RELAY))).toMatchObject(already);
  world.addRelay(RELAY);
  world.cut();
  await world.pass(30_000);
  expect(alice.room.status().paused).toMatchObject({ why: "relay", error: "room_unknown" });
  expect(await world.get(alice.room.move({ relay: RELAY, isOldGone: true }))).toMatchObject({ done: true });
  expect(alice.room.status()).toMatchObject({ connection: "live", alarms: [], paused: null });
  await world.get(bob.room.follow(RELAY));
  await inStep(world, [alice, bob]);
  // Newcomers find all of it there, and it goes on after a restart.
  const carol = world.home();
  await carol.open();
  await carol.join(await alice.invite(), "Carol");
  await world.until(() => alice.room.members().length === 3);
  await world.run(bob.client.close());
  await bob.open();
  await world.until(() => bob.room.status().connection === "live" && bob.room.members().length === 3);
  await world.get(bob.room.send("after"));
  await world.until(() => bob.room.status().pending === 0);
  for (const home of [alice, carol]) expect(home.room.status()).toMatchObject({ alarms: [], paused: null });
}, 60_000);

it("RULE move.reads-first: there too what a mirror has is read before", async () => {
  const world = new World();
  world.addRelay(MIRROR);
  const [alice, bob] = await twoIn(world);
  await world.get(alice.room.addMirror({ relay: MIRROR }));
  await world.until(() => mirrorOf(bob)?.state === "agrees");
  await world.run(alice.client.close());
  await world.get(bob.room.send("the last word"));
  await world.until(() => bob.room.status().pending === 0 && mirrorOf(bob)?.n === bob.room.status().n);
  world.addRelay(RELAY);
  world.cut();
  await alice.open();
  await world.until(() => alice.room.status().paused !== null);
  expect(await world.get(alice.room.move({ relay: RELAY, isOldGone: true }))).toMatchObject({ done: true });
  expect(await alice.texts()).toEqual(["Bob: the last word"]);
  await world.get(bob.room.follow(RELAY));
  await inStep(world, [alice, bob]);
}, 60_000);
