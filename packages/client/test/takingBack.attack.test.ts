import { actionHash, encodeAction, preset, ProtocolKind } from "@conclave/protocol";
import { nodeCrypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { LiveSession } from "../src/room/liveSession.js";
import { type Home, World } from "./world.js";

async function circle(world: World, ...names: string[]): Promise<Home[]> {
  const homes = names.map(() => world.home());
  for (const home of homes) await home.open();
  await homes[0]!.found("Garden", names[0]!);
  const link = await homes[0]!.invite("direct", 10);
  for (const [at, home] of homes.entries()) if (at > 0) await home.join(link, names[at]!);
  for (const home of homes) await world.until(() => home.room.members().length === names.length);
  return homes;
}

const inStep = (world: World, ...homes: Home[]) =>
  world.until(() => new Set(homes.map(({ room }) => room.status().n)).size === 1);

/** Says one of the protocol's own messages as it is, which the honest client would not. */
async function say(home: Home, kind: string, body: Uint8Array): Promise<void> {
  const { room } = home;
  if (!(room instanceof LiveSession)) throw new Error("not a session");
  const { state, sender } = room.engine;
  await state.transact((tx) => {
    const sealed = state.room!.say({ kind, ref: null, body }, state.now());
    if (!sealed.ok) throw new Error(sealed.error.code);
    sender.addSealed(tx, sealed.value);
  });
  sender.advance();
}

const namesIn = (home: Home) => home.room.members().map(({ name }) => name);

/** What is told of proposals, in order: who asks, and what became of it. */
async function told(world: World, home: Home): Promise<(string | null)[][]> {
  const items = await world.run(home.room.timeline({ limit: 100 }));
  return items.flatMap((item) => (item.kind === "proposal" ? [[item.proposal.by.name, item.proposal.ending]] : []));
}

describe("what was taken back", () => {
  it("A151: who asks first for what is against them, to take it back, keeps nobody else from asking for it", async () => {
    const world = new World();
    const [alice, bob, mallory] = (await circle(world, "Alice", "Bob", "Mallory")) as [Home, Home, Home];
    for (const { client } of [bob, mallory]) {
      await world.get(alice.room.decide({ type: "setRole", person: client.person, role: "admin" }));
    }
    await world.get(alice.room.decide({ type: "setPolicy", policy: preset("admins:2") }));
    await inStep(world, alice, bob, mallory);
    const demotion = { type: "setRole", person: mallory.client.person, role: "member" } as const;
    await say(mallory, ProtocolKind.proposal, encodeAction(demotion));
    await world.until(() => alice.room.proposals().length === 1);
    expect(await world.get(alice.room.decide(demotion))).toMatchObject({ done: false });
    await world.until(() => bob.room.proposals()[0]?.approvedBy.length === 1);
    await say(mallory, ProtocolKind.withdrawal, actionHash(nodeCrypto, demotion, mallory.client.person));
    await say(mallory, ProtocolKind.proposal, encodeAction(demotion));
    await world.get(mallory.room.flushed(10_000));
    await inStep(world, alice, bob, mallory);
    const open = { approvedBy: [{ name: "Alice" }], declinedBy: [] };
    expect(alice.room.proposals()).toMatchObject([{ ...open, by: { isYou: true } }]);
    expect(bob.room.proposals()).toMatchObject([{ ...open, by: { name: "Alice" }, isAsked: true }]);
    for (const home of [alice, bob]) {
      expect(await told(world, home)).toEqual([
        ["Mallory", "withdrawn"],
        ["Alice", null],
      ]);
    }
    expect(await world.get(bob.room.decide(demotion))).toMatchObject({ done: true });
    await world.until(() => alice.room.members()[2]!.role === "member");
    expect((await told(world, alice)).at(-1)).toEqual(["Alice", "done"]);
  });

  for (const isMade of [false, true]) {
    const when = isMade ? "after she has made the commit for it" : "before she carries it out";
    it(`A150: RULE room.taken-back-unsent: a farewell that was taken back in a message that the relay has deleted by now is not carried out by somebody who went away ${when}`, async () => {
      const world = new World({ retention: { maxAge: 3_600_000 } });
      const [alice, bob] = (await circle(world, "Alice", "Bob")) as [Home, Home];
      await world.pass(60_000);
      // Alice hears it, and is gone before anything of hers reaches the relay.
      let tried = 0;
      world.beforeFrames = (home, frames) => {
        if (home !== alice || !frames.some(({ type }) => type === "append")) return undefined;
        tried++;
        return new Promise<void>(() => undefined);
      };
      const { n } = alice.room.status();
      await world.get(bob.room.leave());
      await world.until(() => alice.room.status().n > n && (!isMade || tried > 0));
      alice.kill();
      world.cut();
      world.beforeFrames = () => undefined;
      await world.get(bob.room.stay());
      await world.get(bob.room.send("I stay after all"));
      await world.get(bob.room.flushed(20_000));
      for (let minute = 0; minute < 120; minute++) {
        await world.pass(60_000);
        world.relay.tick(world.clock.now());
      }
      await alice.open();
      await world.get(alice.room.synced(30_000));
      await world.pass(120_000);
      expect(namesIn(alice)).toEqual(["Alice", "Bob"]);
      expect(bob.room.status()).toMatchObject({ standing: "member", isLeaving: false });
    });
  }
});
