import { failed } from "@conclave/codec";
import type { LeafKey, Room, RoomId } from "@conclave/protocol";
import { sealDoor } from "@conclave/protocol/testing";
import { inboxIdOf, type RoomTag } from "@conclave/wire";
import { describe, expect, it, vi } from "vitest";
import { granted, type SimulatedDevice, World } from "../../src/index.js";
import { shutOut } from "../hostile/shutOut.js";
import { alarmsOf, namesOf, talk } from "../hostile/view.js";

vi.setConfig({ testTimeout: 120_000 });

async function threeOfUs(world: World) {
  const [alice, bob, carol] = await world.roomOf(["Alice", "Bob", "Carol"]);
  // The keys that are owed after a join are made first.
  await world.pass(60_000);
  return { alice: alice!, bob: bob!, carol: carol! };
}

/** How often somebody came back, as a device sees it. */
const returns = (device: SimulatedDevice) =>
  device.room.decisions().filter(({ action }) => action.type === "reseat").length;
/** What the newest of them claims, as a device shows it. */
const newestClaim = (device: SimulatedDevice) =>
  device.room.decisions().findLast(({ action }) => action.type === "reseat")?.claim ?? null;
const isBack = (device: SimulatedDevice) => device.isInRoom && device.room.status().comingBack === null;

describe("a member who is shut out by another's keys", () => {
  it("A107: comes back by themself, with their role, and what they wrote meanwhile is said", async () => {
    const world = new World({ isRelayHonest: false });
    const { alice, bob, carol } = await threeOfUs(world);
    await world.say(alice, "before");
    await world.inStep();
    await shutOut(world, bob, [alice]);
    await world.until(() => alice.room.status().comingBack !== null);
    expect(alice.room.status().comingBack).toMatchObject({ why: "unopened", by: { name: "Bob" } });
    expect(alarmsOf(alice).join()).toContain("REFUSED_CHANGE");
    await world.write(alice, "while I was out");
    await world.until(() => returns(carol) > 0 && isBack(alice));
    await world.inStep();
    expect(alice.room.members().find(({ isYou }) => isYou)).toMatchObject({ role: "owner", devices: 1 });
    expect(await world.texts(carol)).toContain("Alice: while I was out");
    expect(await world.texts(alice)).toEqual(expect.arrayContaining(["Alice: before", "Alice: while I was out"]));
    for (const other of [bob, carol]) await talk(world, alice, other);
    expect(alice.room.roomCode()).toBe(carol.room.roomCode());
    // The owner is who she was: she can show Bob out.
    granted(await world.finish(alice.room.decide({ type: "remove", person: bob.client.person, ban: false })));
    await world.inStep([alice, carol]);
    expect(namesOf(carol)).toEqual(["Alice", "Carol"]);
  });

  it("A107: says by whose change; the second time it can show him the door, and those who have one person's word are offered nothing", async () => {
    const world = new World({ isRelayHonest: false });
    const { alice, bob, carol } = await threeOfUs(world);
    const again = async () => {
      const before = returns(carol);
      await shutOut(world, bob, [alice]);
      await world.until(() => returns(carol) > before && isBack(alice), 200_000);
      await world.inStep();
    };
    await again();
    for (const each of [alice, bob, carol])
      expect(newestClaim(each)).toMatchObject({ after: { name: "Bob", person: bob.client.person }, isAgain: false });
    await again();
    expect([alice, bob, carol].map((each) => newestClaim(each)?.isAgain)).toEqual([true, false, false]);
    // What is stored says the same.
    alice.crash();
    await world.start(alice);
    await world.inStep();
    expect(newestClaim(alice)).toMatchObject({ after: { name: "Bob" }, isAgain: true });
    expect(alice.room.outlook({ type: "remove", person: bob.client.person, ban: false }).can).toBe("alone");
  });

  it("A107: at whatever commit to the disk the process ends on the way, the device comes back once and loses nothing", async () => {
    let last = 0;
    for (const fate of ["kill before", "kill after"] as const) {
      for (let at = 1; at <= 6; at++) {
        const world = new World({ seed: at, isRelayHonest: false });
        const { alice, bob, carol } = await threeOfUs(world);
        await shutOut(world, bob, [alice]);
        await world.until(() => alice.room.status().alarms.length > 0);
        await world.write(alice, "not lost");
        let commits = 0;
        alice.onCommit = () => (++commits === at ? fate : "commit");
        await world.until(() => !alice.isRunning || (returns(carol) > 0 && isBack(alice)), 200_000);
        last = Math.max(last, commits);
        alice.onCommit = null;
        // A process that was ended with its last commit is gone a moment later.
        await world.pass(1);
        if (!alice.isRunning) await world.start(alice);
        await world.until(() => returns(carol) > 0 && isBack(alice), 200_000);
        await world.inStep();
        const texts = await world.texts(carol);
        expect([at, texts.filter((text) => text === "Alice: not lost").length]).toEqual([at, 1]);
        await talk(world, alice, carol);
        expect([at, returns(carol)]).toEqual([at, 1]);
      }
    }
    // Some commit to the disk lay on each step of the way.
    expect(last).toBe(5);
  });

  it("A107: keys that nobody but their author can use shut nobody out either: they follow the author", async () => {
    const world = new World({ isRelayHonest: false });
    const { alice, bob, carol } = await threeOfUs(world);
    await shutOut(world, bob, [alice, carol]);
    await world.until(() => returns(bob) === 2 && isBack(alice) && isBack(carol), 200_000);
    await world.inStep();
    // Two people say so: whoever has both words for it may be offered what they can do.
    expect([alice, carol].map((each) => newestClaim(each))).toMatchObject([{ isAgain: true }, { isAgain: true }]);
    expect(new Set([alice, bob, carol].map((each) => each.room.roomCode())).size).toBe(1);
    await talk(world, alice, carol);
  });

  it("A107: with nobody there to help, what she decides alone is given up when she comes back, and nothing that she wrote", async () => {
    const world = new World({ isRelayHonest: false });
    const { alice, bob, carol } = await threeOfUs(world);
    await shutOut(world, bob, [alice]);
    await world.inStep([bob, carol]);
    for (const other of [bob, carol]) other.crash();
    await world.until(() => alice.room.status().comingBack !== null);
    granted(await world.finish(alice.room.decide({ type: "setTitle", title: "Mine alone" })));
    expect(alice.room.title).toBe("Mine alone");
    await world.start(carol);
    await world.until(() => isBack(alice), 4_000_000);
    await world.inStep([alice, carol]);
    expect([alice.room.title, carol.room.title]).toEqual(["Garden club", "Garden club"]);
    expect(alice.room.roomCode()).toBe(carol.room.roomCode());
    await talk(world, alice, carol);
  });

  it("A107: RULE plea.bounded: junk in the place of pleas is thrown away, and opens no door", async () => {
    const world = new World({ isRelayHonest: false });
    const { alice, bob, carol } = await threeOfUs(world);
    const doors: number[] = [];
    world.relay.tamper({
      request: (_node, frame) => {
        if (frame.type === "putSlot" && frame.life > 0) doors.push(frame.life);
        return [frame];
      },
    });
    const tag = world.tagOf(alice);
    const engine = (bob.room as unknown as { engine: { connection: { request: (body: object) => Promise<unknown> } } })
      .engine;
    for (let n = 0; n < 3; n++) {
      await world.finish(
        engine.connection.request({ type: "postPlea", roomTag: tag, stays: false, blob: new Uint8Array(300).fill(n) }),
      );
    }
    await world.pass(120_000);
    expect(doors).toEqual([]);
    const listed = await world.finish(engine.connection.request({ type: "listRequests", roomTag: tag, after: 0 }));
    expect(listed).toMatchObject({ requests: [] });
    await talk(world, alice, carol);
  });

  it("A107, RULE plea.readable: also by the door of somebody who came in since, and after more new keys than anybody keeps", async () => {
    const world = new World({ isRelayHonest: false });
    const { alice, bob, carol } = await threeOfUs(world);
    const { link } = await world.invite(alice);
    await world.inStep();
    await shutOut(world, bob, [alice]);
    alice.crash();
    const dave = await world.device("Dave");
    await world.join(dave, link);
    await world.pass(60_000);
    await world.inStep([bob, carol, dave]);
    for (let round = 0; round < 40; round++) granted(await world.finish(bob.room.decide({ type: "rekey" })));
    await world.inStep([bob, carol, dave]);
    for (const other of [bob, carol]) other.crash();
    // Only Dave is there when she asks.
    await world.start(alice);
    await world.until(() => returns(dave) > 0 && isBack(alice), 300_000);
    await talk(world, alice, dave);
  });

  it("A107, A108: RULE client.removal-proved: who was removed meanwhile finds that in the room's history, and asks no more", async () => {
    const world = new World({ isRelayHonest: false });
    const { alice, bob, carol } = await threeOfUs(world);
    await shutOut(world, bob, [carol]);
    const { person } = carol.client;
    carol.crash();
    granted(await world.finish(alice.room.decide({ type: "remove", person, ban: false })));
    await world.inStep([alice, bob]);
    await world.start(carol);
    // Alice's own word would not do; where she answers first, Carol asks again within the hour.
    await world.until(() => carol.room.status().standing === "removed", 8_000_000);
    expect(carol.room.status()).toMatchObject({ comingBack: null, ending: { by: { name: "Alice" } } });
  });
});

/** The doors of a device's real room, from the inside. */
function doorsOf(device: SimulatedDevice) {
  const { room } = (device.room as unknown as { readonly engine: { readonly state: { readonly room: Room } } }).engine
    .state;
  return { doors: room.doors, parts: (room as unknown as { readonly parts: RoomParts }).parts };
}
interface RoomParts {
  readonly primitives: Parameters<typeof sealDoor>[0];
  readonly roomTag: RoomTag;
  readonly core: { readonly roomId: RoomId; readonly leaf: LeafKey; readonly leafSeed: Uint8Array };
}

describe("who answers a plea with something else", () => {
  it("A108, RULE client.removal-proved: that we were removed, which is not so: it is told as what they say, and we come back all the same", async () => {
    const world = new World({ isRelayHonest: false });
    const { alice, bob, carol } = await threeOfUs(world);
    await shutOut(world, bob, [alice]);
    await world.inStep([bob, carol]);
    carol.crash();
    const { doors, parts } = doorsOf(bob);
    const { primitives, roomTag, core } = parts;
    const rosterKey = { generation: 0, key: world.crypto.hash("sha256", new Uint8Array(1)) };
    doors.pleaStanding = () => "out";
    doors.tellRemoval = ({ leaf: asked, doorPub, inboxPub }, _stored, time) => {
      const removal = { hash: new Uint8Array(32), rosterKey, record: new Uint8Array(32) };
      const { roomId, leaf, leafSeed } = core;
      const blob = sealDoor(primitives, { roomTag, doorPub, leafSeed }, { roomId, asked, leaf, time, removal })!;
      return { inboxId: inboxIdOf((data) => world.crypto.hash("sha256", data), inboxPub), blob, slot: null };
    };
    await world.until(() => alice.room.status().comingBack?.told != null, 200_000);
    expect(alice.room.status()).toMatchObject({
      standing: "member",
      comingBack: { step: "asked", told: { name: "Bob" }, by: { name: "Bob" } },
    });
    bob.crash();
    await world.start(carol);
    await world.until(() => returns(carol) > 0 && isBack(alice), 8_000_000);
    await talk(world, alice, carol);
  });

  it("A104, RULE client.too-old-sends-nothing: with a door into a room of a newer version: we are told to update, and by whom", async () => {
    const world = new World({ isRelayHonest: false });
    const { alice, bob, carol } = await threeOfUs(world);
    await shutOut(world, bob, [alice]);
    await world.until(() => alice.room.status().comingBack !== null);
    const { person } = carol.client;
    const upgraded = { by: { person, name: "Carol" }, version: 99, knows: 2 };
    doorsOf(alice).doors.judgeDoor = () => failed({ code: "update_needed", upgraded });
    await world.until(() => alice.room.status().paused !== null, 200_000);
    expect(alice.room.status().paused).toEqual({ why: "update_needed", upgraded });
    expect(returns(carol)).toBe(0);
    // An app that knows that version goes on from there.
    alice.crash();
    await world.start(alice);
    await world.until(() => returns(carol) > 0 && isBack(alice), 8_000_000);
    await talk(world, alice, carol);
  });
});

describe("a home that was restored from a copy", () => {
  it("A64: comes back by itself where a member is there, and the original learns that it did", async () => {
    const world = new World();
    world.invariants.allowAlarm("RESTORED");
    const [alice, bob] = await world.roomOf(["Alice", "Bob"]);
    await world.pass(60_000);
    await world.say(bob!, "before the copy");
    await world.inStep();
    const copy = world.newDevice("Bob's copy");
    copy.disk = bob!.disk.copy();
    await world.say(bob!, "after the copy");
    await world.inStep([alice!, bob!]);
    await world.start(copy);
    await world.until(() => copy.room.status().alarms.some(({ code }) => code === "RESTORED"));
    await world.until(() => copy.room.status().standing === "member", 200_000);
    await world.until(() => bob!.room.status().standing === "removed", 200_000);
    expect(bob!.room.status().ending).toMatchObject({ by: { isYou: true } });
    expect(copy.room.status()).toMatchObject({ comingBack: null, paused: null });
    expect(newestClaim(copy)).toBeNull();
    await world.say(copy, "from the copy");
    await world.inStep([alice!, copy]);
    expect(await world.texts(alice!)).toEqual(["Bob: before the copy", "Bob: after the copy", "Bob: from the copy"]);
    expect(namesOf(alice!)).toEqual(["Alice", "Bob"]);
  });

  it("A64: of somebody who is alone says that nobody is there to let it in", async () => {
    const world = new World();
    world.invariants.allowAlarm("RESTORED");
    const [alice] = await world.roomOf(["Alice"]);
    const copy = world.newDevice("Alice's copy");
    copy.disk = alice!.disk.copy();
    await world.say(alice!, "after the copy");
    await world.start(copy);
    await world.until(() => copy.room.status().comingBack !== null);
    await world.pass(120_000);
    expect(copy.room.status()).toMatchObject({ standing: "restored", comingBack: { why: "copy", step: "alone" } });
    expect(alarmsOf(copy)).toEqual(["RESTORED mls"]);
    expect(alarmsOf(alice!)).toEqual([]);
    await world.say(alice!, "and goes on");
    expect(returns(alice!)).toBe(0);
  });
});
