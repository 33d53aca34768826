import { MessageId, preset } from "@conclave/protocol";
import { describe, expect, it } from "vitest";
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

async function inStep(world: World, ...homes: Home[]): Promise<void> {
  await world.until(() => new Set(homes.map(({ room }) => room.status().n)).size === 1);
}

const never = () => new Promise<void>(() => undefined);

const person = (home: Home, name: string) => home.room.members().find((member) => member.name === name)!.person;

describe("what several agreed to", () => {
  it("is carried out by whoever approves last, with the device of who proposed it away", async () => {
    const world = new World();
    const [alice, bob, carol] = (await circle(world, "Alice", "Bob", "Carol")) as [Home, Home, Home];
    await world.get(alice.room.decide({ type: "setRole", person: person(alice, "Bob"), role: "admin" }));
    await world.get(alice.room.decide({ type: "setPolicy", policy: preset("admins:2") }));
    await world.get(alice.room.decide({ type: "remove", person: person(alice, "Carol"), ban: false }));
    await world.until(() => bob.room.proposals().length === 1);
    await world.get(alice.room.flushed(10_000));
    await world.run(alice.client.close());
    const { actionHash, approvedBy, need } = bob.room.proposals()[0]!;
    expect([approvedBy.map(({ name }) => name), need]).toEqual([["Alice"], 2]);
    await inStep(world, bob, carol);
    expect(await world.get(bob.room.approve(actionHash))).toMatchObject({ done: true });
    expect(bob.room.decisions().at(-1)).toMatchObject({
      action: { type: "remove" },
      by: { name: "Bob" },
      right: { approvedBy: [{ name: "Alice" }] },
    });
    await world.until(() => carol.room.status().standing === "removed");
  });

  it("counts only yeses that count: a member without a vote is not one of two", async () => {
    const world = new World();
    const [alice, bob, carol, dora] = (await circle(world, "Alice", "Bob", "Carol", "Dora")) as [
      Home,
      Home,
      Home,
      Home,
    ];
    for (const name of ["Bob", "Dora"])
      await world.get(alice.room.decide({ type: "setRole", person: person(alice, name), role: "admin" }));
    await world.get(alice.room.decide({ type: "setPolicy", policy: preset("admins:3") }));
    await world.get(alice.room.decide({ type: "setRole", person: person(alice, "Carol"), role: "admin" }));
    await world.until(() => carol.room.proposals().length === 1 && bob.room.proposals().length === 1);
    const { actionHash } = carol.room.proposals()[0]!;
    await world.get(carol.room.approve(actionHash));
    const progress = await world.get(bob.room.approve(actionHash));
    expect(progress).toMatchObject({ done: false, have: 2, need: 3 });
    for (const home of [bob, carol]) await world.get(home.room.flushed(10_000));
    await inStep(world, alice, bob, carol, dora);
    for (const home of [alice, bob, carol, dora]) {
      const [proposal] = home.room.proposals();
      expect(proposal!.approvedBy.map(({ name }) => name).sort()).toEqual(["Alice", "Bob"]);
    }
    expect(await world.get(dora.room.approve(actionHash))).toMatchObject({ done: true });
  });
});

describe("a process that ends soon", () => {
  it("carries out a farewell at once, and takes no time where nothing is owed", async () => {
    const world = new World();
    const [alice, bob] = (await circle(world, "Alice", "Bob")) as [Home, Home];
    await world.pass(60_000);
    await world.run(alice.client.close());
    await world.get(bob.room.leave());
    await world.get(bob.room.flushed(10_000));
    await world.run(bob.client.close());
    await alice.open();
    await world.get(alice.room.synced(10_000));
    const settled = await world.run(alice.room.settle(3000));
    expect(settled.decisions).toMatchObject([{ action: { type: "leave" }, person: { name: "Bob" } }]);
    expect(alice.room.members().map(({ name }) => name)).toEqual(["Alice"]);
    await world.pass(1000);
    const before = [world.clock.now(), world.heard.length];
    expect((await world.run(alice.room.settle(3000))).decisions).toEqual([]);
    expect([world.clock.now(), world.heard.length]).toEqual(before);
  });

  it("makes new keys for who has joined, and leaves links that lead into the room as it is", async () => {
    const world = new World();
    const [alice] = (await circle(world, "Alice", "Bob")) as [Home, Home];
    const link = await alice.invite("direct", 10);
    await world.run(alice.client.close());
    const carol = world.home();
    await carol.open();
    await carol.join(link, "Carol");
    await world.run(carol.client.close());
    await alice.open();
    await world.get(alice.room.synced(10_000));
    // A relay that is far away.
    world.beforeFrames = () => new Promise((resolve) => void world.clock.setTimer(20, resolve));
    const begun = world.clock.now();
    const settled = await world.run(alice.room.settle(3000));
    world.beforeFrames = () => undefined;
    expect(settled).toMatchObject({ hasRekeyed: true, hasRefreshed: true });
    // The new keys come while slots are being put for the commit before: they are put again at once, not after a while.
    expect(world.clock.now() - begun).toBeLessThan(1000);
    await world.run(alice.client.close());
    const dora = world.home();
    await dora.open();
    const joins = world.appends("commit").length;
    await dora.join(link, "Dora");
    // By its first attempt: the slot was not stale.
    expect(world.appends("commit")).toHaveLength(joins + 1);
  });

  it("does not go on for longer than it was given, whatever the relay does", async () => {
    const world = new World();
    const [alice, bob] = (await circle(world, "Alice", "Bob")) as [Home, Home];
    await world.run(alice.client.close());
    await world.get(bob.room.leave());
    await world.get(bob.room.flushed(10_000));
    await world.run(bob.client.close());
    await alice.open();
    await world.get(alice.room.synced(10_000));
    world.beforeFrames = () => new Promise<void>(() => undefined);
    const begun = world.clock.now();
    await world.run(alice.room.settle(3000));
    expect(world.clock.now() - begun).toBe(3000);
  });
});

describe("who has said farewell", () => {
  it("RULE client.farewell-blind: sends nothing more and is shown nothing more; staying after all shows what came", async () => {
    const world = new World();
    const [alice, bob] = (await circle(world, "Alice", "Bob")) as [Home, Home];
    await world.get(alice.room.send("before"));
    await world.get(alice.room.flushed(10_000));
    await inStep(world, alice, bob);
    await world.run(alice.client.close());
    await world.get(bob.room.leave());
    await world.get(bob.room.flushed(10_000));
    expect(bob.room.status()).toMatchObject({ standing: "member", isLeaving: true });
    const refused = { error: { kind: "leaving" } };
    expect(await world.run(bob.room.send("after"))).toMatchObject(refused);
    expect(await world.run(bob.room.react(MessageId.of(new Uint8Array(16)), "👍"))).toMatchObject(refused);
    expect(await world.run(bob.room.decide({ type: "rekey" }))).toMatchObject(refused);
    // Somebody who does not carry it out goes on talking.
    await alice.open(undefined, undefined);
    const items: string[] = [];
    bob.room.watch((event) => {
      if (event.type === "item" && event.item.kind === "message")
        items.push(new TextDecoder().decode(event.item.message.body));
    });
    world.beforeFrames = (home, frames) =>
      home === alice && frames.some((frame) => frame.type === "append" && frame.kind === "commit")
        ? new Promise<void>(() => undefined)
        : undefined;
    await world.get(alice.room.synced(10_000));
    await world.get(alice.room.send("meanwhile"));
    await world.until(() => bob.room.status().n === alice.room.status().n);
    bob.kill();
    await bob.open();
    await world.get(bob.room.synced(10_000));
    bob.room.watch((event) => {
      if (event.type === "item" && event.item.kind === "message")
        items.push(new TextDecoder().decode(event.item.message.body));
    });
    expect(bob.room.status()).toMatchObject({ isLeaving: true, unread: 0 });
    expect(await bob.texts()).toEqual(["Alice: before"]);
    expect(await world.run(bob.room.search("meanwhile"))).toEqual([]);
    expect(await world.run(bob.client.search("meanwhile"))).toEqual([]);
    expect(items).toEqual([]);
    await world.get(bob.room.stay());
    expect(bob.room.status().isLeaving).toBe(false);
    expect(await bob.texts()).toEqual(["Alice: before", "Alice: meanwhile"]);
    await world.get(bob.room.send("I stay"));
    await world.get(bob.room.flushed(10_000));
    expect(items).toEqual(expect.arrayContaining(["meanwhile"]));
    expect(await world.run(bob.room.stay())).toMatchObject({ error: { kind: "unknown" } });
    // Who was about to carry it out does so no more.
    alice.kill();
    world.cut();
    world.beforeFrames = () => undefined;
    await alice.open();
    await world.pass(120_000);
    expect(alice.room.members()).toHaveLength(2);
  });

  it("RULE client.farewell-blind: still sees what they wrote before, which gets into the log after it", async () => {
    const world = new World();
    const [alice, bob] = (await circle(world, "Alice", "Bob")) as [Home, Home];
    // Nobody carries it out, and for a while nothing of Bob's gets through.
    let isHeld = true;
    const held: (() => void)[] = [];
    world.beforeFrames = (home, frames) => {
      if (home === alice && frames.some((frame) => frame.type === "append" && frame.kind === "commit")) return never();
      const isSaid = home === bob && isHeld && frames.some((frame) => frame.type === "append");
      return isSaid ? new Promise((resolve) => held.push(resolve)) : undefined;
    };
    const told: string[] = [];
    bob.room.watch((event) => {
      if (event.type === "item" && event.item.kind === "message" && event.item.message.state === "sent")
        told.push(new TextDecoder().decode(event.item.message.body));
    });
    await world.get(bob.room.send("on its way"));
    await world.get(bob.room.leave());
    expect(bob.room.status()).toMatchObject({ isLeaving: true, pending: 1 });
    expect(await bob.texts()).toEqual(["Bob: on its way"]);
    await world.get(alice.room.send("between"));
    await world.get(alice.room.flushed(10_000));
    isHeld = false;
    for (const free of held) free();
    await world.get(bob.room.flushed(10_000));
    await inStep(world, alice, bob);
    expect(bob.room.status()).toMatchObject({ isLeaving: true, pending: 0 });
    expect(await bob.texts()).toEqual(["Bob: on its way"]);
    expect(await world.run(bob.room.search("on its way"))).toHaveLength(1);
    expect(told).toEqual(["on its way"]);
    expect(await alice.texts()).toEqual(["Alice: between", "Bob: on its way"]);
    await world.get(bob.room.stay());
    await world.pass(1000);
    expect(await bob.texts()).toEqual(["Alice: between", "Bob: on its way"]);
    expect(told).toEqual(["on its way", "between"]);
  });

  it("is out once it is carried out: too late to stay, and what came before is shown", async () => {
    const world = new World();
    const [alice, bob] = (await circle(world, "Alice", "Bob")) as [Home, Home];
    await world.get(bob.room.leave());
    await world.until(() => bob.room.status().standing === "left");
    expect(bob.room.status().isLeaving).toBe(false);
    expect(await world.run(bob.room.stay())).toMatchObject({ ok: false });
    expect(alice.room.members()).toHaveLength(1);
  });

  it("RULE client.farewell-kept: of two owners who leave at once, one is let go, and the other stays the room's owner", async () => {
    const world = new World();
    const [alice, bob, carol] = (await circle(world, "Alice", "Bob", "Carol")) as [Home, Home, Home];
    await world.get(alice.room.decide({ type: "setRole", person: person(alice, "Bob"), role: "owner" }));
    await inStep(world, alice, bob, carol);
    // Neither has heard of the other's wish.
    let isHeld = true;
    const held: (() => void)[] = [];
    world.beforeFrames = (_home, frames) =>
      isHeld && frames.some((frame) => frame.type === "append")
        ? new Promise((resolve) => held.push(resolve))
        : undefined;
    await world.get(alice.room.leave());
    await world.get(bob.room.leave());
    isHeld = false;
    for (const free of held) free();
    const isOut = (home: Home) => home.room.status().standing === "left";
    await world.until(() => isOut(alice) !== isOut(bob));
    const owner = isOut(alice) ? bob : alice;
    await world.until(() => !owner.room.status().isLeaving);
    await world.get(carol.room.send("are you still here?"));
    await world.until(() => carol.room.status().pending === 0);
    await inStep(world, owner, carol);
    expect(await owner.texts()).toEqual(["Carol: are you still here?"]);
    expect(await world.run(owner.room.leave())).toMatchObject({ error: { rejection: { code: "last_owner" } } });
    await world.get(owner.room.decide({ type: "setRole", person: person(owner, "Carol"), role: "owner" }));
    await world.get(owner.room.leave());
    await world.until(() => isOut(owner));
  });

  it("an owner does not leave the room to another who has said farewell before", async () => {
    const world = new World();
    const [alice, bob, carol] = (await circle(world, "Alice", "Bob", "Carol")) as [Home, Home, Home];
    await world.get(alice.room.decide({ type: "setRole", person: person(alice, "Bob"), role: "owner" }));
    await inStep(world, alice, bob, carol);
    world.beforeFrames = (home, frames) =>
      home !== bob && frames.some((frame) => frame.type === "append" && frame.kind === "commit") ? never() : undefined;
    await world.get(bob.room.leave());
    await world.get(bob.room.flushed(10_000));
    await inStep(world, alice, bob);
    expect(await world.run(alice.room.leave())).toMatchObject({ error: { rejection: { code: "last_owner" } } });
    // With nobody else in the room there is nobody to own it for.
    await world.get(carol.room.leave());
    await world.get(carol.room.flushed(10_000));
    await inStep(world, alice, bob, carol);
    await world.get(alice.room.leave());
  });

  it("RULE client.farewell-last: two who leave at once let each other go", async () => {
    const world = new World();
    const [alice, bob, carol] = (await circle(world, "Alice", "Bob", "Carol")) as [Home, Home, Home];
    await world.run(alice.client.close());
    await world.get(bob.room.leave());
    await world.get(carol.room.leave());
    await world.until(() => [bob, carol].some(({ room }) => room.status().standing === "left"));
    await alice.open();
    await world.until(() => [bob, carol].every(({ room }) => room.status().standing === "left"));
  });
});
