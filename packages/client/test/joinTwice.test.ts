import { expect, it } from "vitest";
import { closed, World } from "./world.js";

it("RULE client.one-join: a link that is opened twice at once brings the room once, with keys that fit its roster", async () => {
  const world = new World();
  const [alice, bob] = [world.home(), world.home()];
  for (const home of [alice, bob]) await home.open();
  await alice.found("Garden", "Alice");
  const link = await alice.invite();
  // Both look before either joins, as two tabs do.
  const [first, second] = [
    await world.get(bob.client.previewInvite(link)),
    await world.get(bob.client.previewInvite(link)),
  ];
  const both = await Promise.all([world.run(first.accept("Bob")), world.run(second.accept("Bob"))]);
  const refused = both.flatMap((each) => (each.ok ? [] : [each.error.kind]));
  expect(refused).toEqual(["already_here"]);
  await world.until(() => bob.room.status().standing === "member");
  expect(bob.room.roomCode()).toBe(alice.room.roomCode());
  await world.get(bob.room.send("I am here once"));
  await world.until(() => alice.room.members().length === 2);
});

it.each([0, 1, 2, 4, 8, 16])(
  "RULE client.one-join: a link that is opened again brings its request back, or a join by another link the room, never both (%i steps apart)",
  async (steps) => {
    const world = new World();
    const [alice, carol] = [world.home(), world.home()];
    for (const home of [alice, carol]) await home.open();
    await alice.found("Garden", "Alice");
    const [link, other] = [await alice.invite("ask"), await alice.invite()];
    await carol.join(link, "Carol");
    world.changeAnswer = closed;
    world.cut();
    await world.until(() => carol.room.status().standing === "lost");
    world.changeAnswer = (answer) => answer.slice();
    const invited = await world.get(carol.client.previewInvite(other));
    const again = carol.client.previewInvite(link);
    for (let step = 0; step < steps; step++) await Promise.resolve();
    const [, joined] = await Promise.all([world.run(again), world.run(invited.accept("Carol"))]);
    expect(carol.client.rooms()).toHaveLength(1);
    const asks = carol.room.status().standing === "asking";
    expect(joined).toMatchObject(asks ? { ok: false, error: { kind: "already_here" } } : { ok: true });
    carol.kill();
    await carol.open();
    await world.pass(5000);
    expect(carol.room.status().standing).toBe(asks ? "asking" : "member");
    for (const { id } of asks ? await world.get(alice.room.requests()) : []) await world.get(alice.room.admit(id));
    await world.until(() => carol.room.status().standing === "member");
    expect(carol.room.roomCode()).toBe(alice.room.roomCode());
    await world.get(carol.room.send("I am here once"));
    await world.pass(5000);
    expect(await alice.texts()).toEqual(["Carol: I am here once"]);
  },
);
