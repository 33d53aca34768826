import { describe, expect, it } from "vitest";
import { type Home, World } from "./world.js";

/** Alice owns a room in which everybody has to agree; Bob and Carol are members. */
async function everyone(): Promise<{ world: World; alice: Home; bob: Home; carol: Home }> {
  const world = new World();
  const [alice, bob, carol] = [world.home(), world.home(), world.home()];
  for (const home of [alice, bob, carol]) await home.open();
  await alice.found("Garden", "Alice", "everyone");
  const link = await alice.invite();
  await bob.join(link, "Bob");
  await carol.join(link, "Carol");
  for (const home of [alice, bob, carol]) await world.until(() => home.room.members().length === 3);
  return { world, alice, bob, carol };
}

const roleOf = (home: Home, name: string) => home.room.members().find((member) => member.name === name)!.role;

describe("the last yes", () => {
  it("of somebody whose role does not reach it counts and is called a yes; somebody else carries it out", async () => {
    const { world, alice, bob, carol } = await everyone();
    const { person } = alice.room.members().find(({ name }) => name === "Bob")!;
    const proposed = await world.get(alice.room.decide({ type: "setRole", person, role: "admin" }));
    expect(proposed).toMatchObject({ done: false, have: 1, need: 3 });
    for (const home of [bob, carol]) await world.until(() => home.room.proposals().length === 1);
    await world.run(alice.client.close());
    const { actionHash } = carol.room.proposals()[0]!;
    expect(await world.get(bob.room.approve(actionHash))).toMatchObject({ done: false, have: 2, need: 3 });
    // Her own, which she has not said yet, is counted with them.
    await world.until(() => carol.room.proposals()[0]!.have === 3);
    expect(await world.get(carol.room.approve(actionHash))).toMatchObject({ done: false, have: 3, need: 3 });
    expect(roleOf(carol, "Bob")).toBe("member");
    await world.get(carol.room.flushed(10_000));
    await alice.open();
    for (const home of [alice, bob, carol]) await world.until(() => roleOf(home, "Bob") === "admin");
  });

  it("said by two in one moment is carried out once, and both are told that it is done", async () => {
    const world = new World();
    const [alice, bob, carol, dora] = [world.home(), world.home(), world.home(), world.home()];
    const all = [alice, bob, carol, dora];
    for (const home of all) await home.open();
    await alice.found("Garden", "Alice", "admins:2");
    const link = await alice.invite();
    await bob.join(link, "Bob");
    await carol.join(link, "Carol");
    await dora.join(link, "Dora");
    for (const home of all) await world.until(() => home.room.members().length === 4);
    const personOf = (name: string) => alice.room.members().find((member) => member.name === name)!.person;
    await world.get(alice.room.decide({ type: "setRole", person: personOf("Bob"), role: "admin" }));
    await world.get(alice.room.decide({ type: "setRole", person: personOf("Carol"), role: "admin" }));
    await world.until(() => bob.room.proposals().length === 1);
    await world.get(bob.room.approve(bob.room.proposals()[0]!.actionHash));
    for (const home of all) await world.until(() => roleOf(home, "Carol") === "admin");

    await world.get(alice.room.decide({ type: "remove", person: personOf("Dora"), ban: false }));
    for (const home of [bob, carol]) await world.until(() => home.room.proposals().length === 1);
    const { actionHash } = bob.room.proposals()[0]!;
    const both = await world.run(Promise.all([bob, carol].map((home) => home.room.approve(actionHash))));
    expect(both).toMatchObject([
      { ok: true, value: { done: true } },
      { ok: true, value: { done: true } },
    ]);
    for (const home of [alice, bob, carol]) await world.until(() => home.room.members().length === 3);
    // Nothing is asked for once more.
    for (const home of [alice, bob, carol]) expect(home.room.proposals()).toEqual([]);
  });

  it("is not asked of somebody who is out of the room, and who can still look at what was asked", async () => {
    const { world, alice, bob } = await everyone();
    const { person } = alice.room.members().find(({ name }) => name === "Bob")!;
    await world.get(alice.room.decide({ type: "setRole", person, role: "admin" }));
    await world.until(() => bob.room.proposals().length === 1);
    expect(bob.room.proposals()[0]).toMatchObject({ isAsked: true });
    await world.get(alice.room.decide({ type: "remove", person, ban: false }));
    await world.until(() => bob.room.status().standing !== "member");
    expect(bob.room.proposals()).toMatchObject([{ isAsked: false }]);
  });
});
