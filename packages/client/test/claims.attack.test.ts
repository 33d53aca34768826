import { systemRandom } from "@conclave/crypto/node";
import { isClaim } from "@conclave/protocol";
import { describe, expect, it } from "vitest";
import { LiveSession } from "../src/room/liveSession.js";
import { type Home, World } from "./world.js";

async function threeIn(world: World): Promise<[Home, Home, Home]> {
  const homes: [Home, Home, Home] = [world.home(), world.home(), world.home()];
  for (const home of homes) await home.open();
  const [alice, bob, mallory] = homes;
  await alice.found("Garden", "Alice");
  const link = await alice.invite("direct", 2);
  await bob.join(link, "Bob");
  await mallory.join(link, "Mallory");
  const isIn = ({ room }: Home) => room.members().length === 3 && room.status().standing === "member";
  await world.until(() => homes.every(isIn) && homes.every(({ room }) => room.status().connection === "live"));
  return homes;
}

const inStep = (world: World, ...homes: Home[]) =>
  world.until(() => new Set(homes.map(({ room }) => room.status().n)).size === 1);

/** What somebody's client says of the log in what it sends next. */
async function sayOfAnotherLog(home: Home, text: string): Promise<void> {
  const { room } = home;
  if (!(room instanceof LiveSession)) throw new Error("not a session");
  const { state, sender } = room.engine;
  const inside = state.room as unknown as { parts: { log: { place: { n: number; head: Uint8Array } } } };
  const { log } = inside.parts;
  inside.parts.log = Object.create(log, { place: { value: { n: log.place.n, head: systemRandom(32) } } });
  await state.transact((tx) => {
    const body = new TextEncoder().encode(text);
    const said = state.room!.say({ kind: "text", ref: null, body }, state.now());
    if (!said.ok) throw new Error(said.error.code);
    sender.addSealed(tx, said.value);
  });
  inside.parts.log = log;
  sender.advance();
}

describe("what a member says of others", () => {
  it("A153: RULE alarm.claim-as-claim: whoever claims that the server shows another room is told as who claims it", async () => {
    const world = new World();
    const [alice, bob, mallory] = await threeIn(world);
    await sayOfAnotherLog(mallory, "look what the server does");
    await world.until(() => alice.room.status().alarms.length > 0 && bob.room.status().alarms.length > 0);
    for (const home of [alice, bob]) {
      const { alarms, paused } = home.room.status();
      expect(alarms).toMatchObject([{ code: "FORK", person: { name: "Mallory" }, proof: null }]);
      expect(isClaim(alarms[0]!)).toBe(true);
      expect(paused).toBeNull();
    }
    await world.get(alice.room.send("let us compare the room code"));
    await world.get(alice.room.flushed(10_000));
  });

  it("A115: RULE message.id-of-author: who says another's message first under their nonce says one of their own; both are shown, nobody is accused", async () => {
    const world = new World();
    const [alice, bob, mallory] = await threeIn(world);
    // The relay holds Bob's message, and shows it to Mallory, who can read it.
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    world.beforeFrames = (home, frames) =>
      home === bob && frames.some(({ type }) => type === "append") ? held : undefined;
    const { id } = await world.get(bob.room.send("mine"));
    if (!(bob.room instanceof LiveSession)) throw new Error("not a session");
    const { nonce } = bob.room.engine.state.outbox.all[0]!.content;
    const copy = await world.get(
      mallory.room.post({ nonce, kind: "text", body: new TextEncoder().encode("no, mine") }),
    );
    await world.get(mallory.room.flushed(10_000));
    release();
    await world.get(bob.room.flushed(20_000));
    await inStep(world, alice, bob, mallory);
    // What is done to Bob's message is done to Bob's, though both have one nonce.
    await world.get(alice.room.send("well said", id));
    await world.get(alice.room.react(id, "👍"));
    await world.get(alice.room.flushed(10_000));
    await inStep(world, alice, bob, mallory);
    for (const home of [alice, bob, mallory]) {
      expect(home.room.status().alarms).toEqual([]);
      expect((await home.texts()).sort()).toEqual(["Alice: well said", "Bob: mine", "Mallory: no, mine"]);
      expect(await world.run(home.room.find(id))).toMatchObject({
        author: { name: "Bob" },
        reactions: [{ emoji: "👍" }],
      });
      expect(await world.run(home.room.find(copy.id))).toMatchObject({ author: { name: "Mallory" }, reactions: [] });
      const reply = (await home.room.timeline()).find(
        (item) => item.kind === "message" && item.message.author.name === "Alice",
      );
      expect(reply).toMatchObject({ message: { answers: { author: { name: "Bob" } } } });
    }
  });
});
