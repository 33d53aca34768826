import { expect, it } from "vitest";
import { World } from "./world.js";

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
