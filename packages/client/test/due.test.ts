import { failed } from "@conclave/codec";
import { preset } from "@conclave/protocol";
import { describe, expect, it } from "vitest";
import { appends, driving, holdCommits } from "./scripted.js";
import { type Home, twoIn, World } from "./world.js";

const MINUTE = 60_000;

/** What this device owes, and to whom. */
const dueOf = ({ room }: Home) =>
  room.due().map(({ action, person }) => `${action.type}${person === null ? "" : ` ${person.name}`}`);

/** This home, opened to read only: it carries nothing out. */
async function onlyReading(world: World, home: Home): Promise<void> {
  await world.get(home.room.flushed(10_000));
  await world.run(home.client.close());
  await home.open();
  driving(home).state.onlyReads = true;
  await world.get(home.room.synced(10_000));
}

async function joined(world: World, link: string, name: string): Promise<Home> {
  const home = world.home();
  await home.open();
  await home.join(link, name);
  return home;
}

const commits = (world: World) => world.appends("commit").length;

describe("what a device owes", () => {
  it("is a farewell to carry out, new keys for who came by themself, and in this order; nothing of it by who only reads", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const link = await alice.invite("direct", 10);
    await world.pass(MINUTE);
    expect([dueOf(alice), dueOf(bob)]).toEqual([[], []]);
    await onlyReading(world, alice);
    await world.get(bob.room.leave());
    await world.until(() => dueOf(alice).length > 0);
    expect(dueOf(alice)).toEqual(["leave Bob"]);
    // Who leaves makes no keys for others, and owes themself nothing.
    const carol = await joined(world, link, "Carol");
    await world.until(() => dueOf(alice).length > 1);
    expect(dueOf(alice)).toEqual(["leave Bob", "rekey"]);
    const before = commits(world);
    await world.pass(10 * MINUTE);
    expect(commits(world)).toBe(before);
    expect(carol.room.members().map(({ name }) => name)).toEqual(["Alice", "Bob", "Carol"]);
  });

  it("is to let in who asks by a link that is the permission, and nobody by another one", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const [auto, ask] = [await alice.invite("auto"), await alice.invite("ask")];
    for (const home of [alice, bob]) await onlyReading(world, home);
    await joined(world, ask, "Carol");
    await joined(world, auto, "Dora");
    await world.until(() => alice.room.status().requests === 2);
    expect(dueOf(alice)).toEqual(["add Dora"]);
    await world.until(() => bob.room.status().requests === 2);
    expect(dueOf(bob)).toEqual(["add Dora"]);
  });

  it("is what enough have agreed to, where its own person is one of them", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const carol = await joined(world, await alice.invite(), "Carol");
    for (const home of [bob, carol])
      await world.get(alice.room.decide({ type: "setRole", person: home.client.person, role: "admin" }));
    await world.get(alice.room.decide({ type: "setPolicy", policy: preset("admins:2") }));
    await world.until(() => [bob, carol].every(({ room }) => room.status().seq === alice.room.status().seq));
    holdCommits(world);
    await world.get(alice.room.decide({ type: "seal" }));
    await world.until(() => [bob, carol].every(({ room }) => room.proposals().length === 1));
    for (const home of [alice, bob, carol]) expect(dueOf(home)).toEqual([]);
    const { actionHash } = bob.room.proposals()[0]!;
    void bob.room.approve(actionHash);
    await world.until(() => [alice, carol].every(({ room }) => room.proposals()[0]!.have === 2));
    // Bob's device is at it already. Carol was not asked, and hers does nothing by her right.
    expect([dueOf(alice), dueOf(bob), dueOf(carol)]).toEqual([["seal"], [], []]);
  });

  it("is not even to come in, of who only reads: an admission waits until somebody opens the home to take part", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const carol = await joined(world, await alice.invite("ask"), "Carol");
    await world.until(() => alice.room.status().requests === 1);
    await world.run(carol.client.close());
    const [request] = await world.get(alice.room.requests());
    await world.get(alice.room.admit(request!.id));
    await world.run(bob.client.close());
    await carol.open();
    driving(carol).state.onlyReads = true;
    const before = world.heard.length;
    await world.pass(10 * MINUTE);
    expect(carol.room.status().standing).toBe("asking");
    expect(world.heard.slice(before).filter(({ type }) => type === "fetchInbox" || type === "append")).toEqual([]);
    expect(dueOf(carol)).toEqual([]);
    await world.run(carol.client.close());
    await carol.open();
    await world.until(() => carol.room.status().standing === "member");
  });

  it("of who is out is nothing", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await world.get(alice.room.decide({ type: "remove", person: bob.client.person, ban: false }));
    await world.until(() => bob.room.status().standing === "removed");
    expect([dueOf(alice), dueOf(bob)]).toEqual([[], []]);
  });
});

describe("who carries out what is owed", () => {
  it("is one of those who are there, once, whoever that is; new keys are made for who came by themself and for nobody else", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const link = await alice.invite("direct", 10);
    const carol = await joined(world, link, "Carol");
    await world.until(() => [alice, bob].every(({ room }) => room.members().length === 3));
    await world.pass(2 * MINUTE);
    for (const name of ["Dora", "Erin", "Finn"]) {
      const before = commits(world);
      const home = await joined(world, link, name);
      await world.pass(2 * MINUTE);
      // Their own join, and the keys that bind it.
      expect(commits(world)).toBe(before + 2);
      await world.get(home.room.leave());
      await world.until(() => home.room.status().standing === "left");
      await world.pass(2 * MINUTE);
      expect(commits(world)).toBe(before + 3);
    }
    // Who is let in by somebody is bound by that.
    const before = commits(world);
    const gwen = await joined(world, await alice.invite("ask"), "Gwen");
    await world.until(() => alice.room.status().requests === 1);
    const [request] = await world.get(alice.room.requests());
    await world.get(alice.room.admit(request!.id));
    await world.until(() => gwen.room.status().standing === "member");
    await world.pass(2 * MINUTE);
    expect(commits(world)).toBe(before + 2);
    expect(carol.room.status().alarms).toEqual([]);
  });

  it("is who asked for it, at once, when others have agreed whose role does not go so far", async () => {
    const world = new World();
    const [alice, bob] = [world.home(), world.home()];
    for (const home of [alice, bob]) await home.open();
    await alice.found("Garden", "Alice", "everyone");
    await bob.join(await alice.invite(), "Bob");
    await world.until(() => alice.room.members().length === 2 && bob.room.status().isConfirmed);
    await world.pass(MINUTE);
    expect(
      await world.get(alice.room.decide({ type: "setRole", person: bob.client.person, role: "admin" })),
    ).toMatchObject({ done: false });
    await world.until(() => bob.room.proposals().length === 1);
    const began = world.clock.now();
    expect(await world.get(bob.room.approve(bob.room.proposals()[0]!.actionHash))).toMatchObject({ done: false });
    await world.until(() => bob.room.proposals().length === 0);
    expect(world.clock.now() - began).toBeLessThan(1500);
    expect(bob.room.decisions().at(-1)).toMatchObject({ by: { name: "Alice" }, action: { type: "setRole" } });
  });

  it("tries nothing again that was refused, before something was decided", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await world.pass(MINUTE);
    const room = driving(alice).state.room!;
    const act = room.act.bind(room);
    let tries = 0;
    room.act = () => {
      tries++;
      return failed({ code: "not_allowed" });
    };
    await world.get(bob.room.leave());
    for (const text of ["one", "two", "three"]) {
      await world.get(alice.room.send(text));
      await world.pass(5 * MINUTE);
    }
    expect(tries).toBe(1);
    room.act = act;
    await world.pass(5 * MINUTE);
    expect(bob.room.status().standing).toBe("member");
    await world.get(alice.room.decide({ type: "setTitle", title: "Meadow" }));
    await world.until(() => bob.room.status().standing === "left");
  });

  it("says farewell again, who is listed by another leaf than the one that said it", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await world.pass(MINUTE);
    // The wish is kept, and the room does not have it: as of who was shut out, and came back.
    const { state } = driving(bob);
    await world.run(state.transact((tx) => state.setLeaving(tx, 0)));
    driving(bob).plan();
    await world.until(() => bob.room.status().standing === "left");
    expect(alice.room.decisions().at(-1)).toMatchObject({ action: { type: "leave" }, by: { name: "Alice" } });
  });

  it("says it once, where it stands: a device that said it by this leaf does not repeat it", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await world.run(alice.client.close());
    await world.get(bob.room.leave());
    await world.get(bob.room.flushed(10_000));
    const before = world.heard.filter(appends("message")).length;
    await world.pass(10 * MINUTE);
    world.cut();
    await world.pass(10 * MINUTE);
    expect(world.heard.filter(appends("message")).length).toBe(before);
    await alice.open();
    await world.until(() => bob.room.status().standing === "left");
  });
});
