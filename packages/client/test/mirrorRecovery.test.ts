import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { MemoryStore, RelayCore } from "@conclave/relay";
import { decodeRelayMessage, encodeRelayMessage, type LogItem } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { driving } from "./scripted.js";
import { type Home, twoIn, World } from "./world.js";

const MIRROR = "ws://relay2";
const mirrorOf = (home: Home) => home.room.mirrors()[0];

/** A room with a mirror, and a copy of its relay; then Alice said something, which the mirror has, and nobody hears from her any more. */
async function scene(bobReads: boolean) {
  const world = new World();
  const [store, relaySeed] = [new MemoryStore(), systemRandom(32)];
  const on = (its: MemoryStore) => new RelayCore({ store: its, crypto: nodeCrypto, random: systemRandom, relaySeed });
  world.addRelay("ws://relay", {}, on(store));
  world.addRelay(MIRROR);
  const [alice, bob] = await twoIn(world);
  await world.get(alice.room.addMirror({ relay: MIRROR }));
  await world.until(() => mirrorOf(bob)?.n === bob.room.status().n);
  await world.pass(60_000);
  const copy = store.copy();
  if (!bobReads) await world.run(bob.client.close());
  await world.get(alice.room.send("lost"));
  await world.get(alice.room.decide({ type: "setTitle", title: "Orchard" }));
  await world.get(alice.room.send("lost as well"));
  await world.until(() => alice.room.status().pending === 0 && mirrorOf(alice)?.n === alice.room.status().n);
  const { n } = alice.room.status();
  if (bobReads) await world.until(() => bob.room.status().n === n);
  await world.run(alice.client.close());
  const restore = () => {
    copy.restored();
    world.addRelay("ws://relay", {}, on(copy));
    world.cut();
  };
  const goesOn = async () => {
    await world.until(() => bob.room.status().connection === "live");
    expect(bob.room.status()).toMatchObject({ alarms: [], paused: null });
    expect(await bob.texts()).toEqual(["Alice: lost", "Alice: lost as well"]);
    await world.get(bob.room.send("here"));
    await world.until(() => bob.room.status().pending === 0);
    await alice.open();
    await world.until(() => alice.room.status().connection === "live");
    expect(await alice.texts()).toEqual(["Alice: lost", "Alice: lost as well", "Bob: here"]);
    for (const home of [alice, bob]) expect(home.room.status()).toMatchObject({ alarms: [], paused: null });
  };
  return { world, bob, restore, goesOn };
}

describe("A162: a relay that was restored", () => {
  it("is brought by a member what only a mirror has, though they have not read it", async () => {
    const { bob, restore, goesOn } = await scene(false);
    restore();
    await bob.open();
    await goesOn();
  }, 60_000);

  it("A140: RULE client.brings-ours: is brought nothing that a mirror made up, and is blamed for nothing", async () => {
    const { world, bob, restore } = await scene(false);
    restore();
    world.changeAnswer = (bytes) => {
      const decoded = decodeRelayMessage(bytes, 1 << 26);
      if (!decoded.ok || !decoded.value.some((frame) => frame.type === "page")) return bytes.slice();
      const change = (item: LogItem) =>
        item.pruned ? item : { ...item, payload: item.payload.map((byte, at) => (at === 90 ? byte ^ 1 : byte)) };
      const frames = decoded.value.map((frame) =>
        frame.type === "page" ? { ...frame, items: frame.items.map(change) } : frame,
      );
      return encodeRelayMessage(frames);
    };
    const before = world.heard.length;
    await bob.open();
    await world.until(() => bob.room.status().connection === "live");
    const brought = world.heard.slice(before).filter((frame) => frame.type === "bring" && frame.items.length > 0);
    expect(brought).toEqual([]);
    expect(bob.room.status()).toMatchObject({ alarms: [], paused: null });
  }, 60_000);

  it("is brought by a member what they have read and keep no more", async () => {
    const { world, bob, restore, goesOn } = await scene(true);
    const { ports, keys } = driving(bob).state;
    const kept = await ports.storage.range({ prefix: keys.kept });
    await ports.storage.commit(kept.map(({ key }) => ({ delete: key })));
    expect(kept.length).toBeGreaterThan(3);
    restore();
    await world.pass(200);
    expect(bob.room.status().connection).not.toBe("live");
    await goesOn();
  }, 60_000);
});
