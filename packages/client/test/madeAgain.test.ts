import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { MemoryStore, RelayCore } from "@conclave/relay";
import { expect, it } from "vitest";
import { twoIn, World } from "./world.js";

it("A162: RULE recovery.room-by-its-log: a room that was made after the copy from which its relay was restored comes back whole", async () => {
  const world = new World();
  const [store, relaySeed] = [new MemoryStore(), systemRandom(32)];
  const on = (its: MemoryStore) => new RelayCore({ store: its, crypto: nodeCrypto, random: systemRandom, relaySeed });
  const copy = store.copy();
  world.addRelay("ws://relay", {}, on(store));
  const [alice, bob] = await twoIn(world);
  await world.get(alice.room.send("one"));
  await world.get(alice.room.decide({ type: "setTitle", title: "Orchard" }));
  await world.get(bob.room.send("two"));
  await world.until(() => [alice, bob].every((home) => home.room.status().pending === 0));
  await world.pass(60_000);
  const { n } = alice.room.status();
  await world.until(() => bob.room.status().n === n);
  copy.restored();
  world.addRelay("ws://relay", {}, on(copy));
  world.cut();
  await world.pass(180_000);
  for (const home of [alice, bob]) {
    expect(home.room.status()).toMatchObject({ connection: "live", paused: null, n, alarms: [] });
    await world.get(home.room.send("here"));
  }
  await world.until(() => [alice, bob].every((home) => home.room.status().pending === 0));
  await world.get(alice.room.decide({ type: "setTitle", title: "Garden" }));
  await world.until(() => bob.room.title === "Garden");
  expect(await bob.texts()).toEqual(await alice.texts());
  // A newcomer is led through all of it.
  const carol = world.home();
  await carol.open();
  await carol.join(await alice.invite(), "Carol");
  await world.until(() => alice.room.members().length === 3);
  for (const home of [alice, bob, carol]) expect(home.room.status().alarms).toEqual([]);
});
