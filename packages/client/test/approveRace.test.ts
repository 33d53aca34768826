import { preset } from "@conclave/protocol";
import { expect, it } from "vitest";
import { World } from "./world.js";

it("whoever says the last yes is told that it is done, also when another device carried it out first", async () => {
  const world = new World();
  const [alice, bob] = [world.home(), world.home()];
  for (const home of [alice, bob]) await home.open();
  await alice.found("Garden", "Alice");
  await bob.join(await alice.invite(), "Bob");
  await world.until(() => alice.room.members().length === 2);
  const bobs = alice.room.members().find(({ name }) => name === "Bob")!;
  await world.get(alice.room.decide({ type: "setRole", person: bobs.person, role: "admin" }));
  await world.get(alice.room.decide({ type: "setPolicy", policy: preset("admins:2") }));
  const made = await world.get(
    alice.room.createInvite({ label: "More", for: { class: "multi", limit: 5 }, notAfter: null, mode: "direct" }),
  );
  expect(made.progress).toMatchObject({ done: false });
  await world.until(() => bob.room.proposals().length === 1);
  const seq = bob.room.status().seq;
  // Bob's decision is on its way for as long as it takes the other device to see his yes, and to do it.
  world.beforeFrames = async (home, frames) => {
    if (home !== bob || !frames.some((frame) => frame.type === "append" && frame.kind === "commit")) return;
    world.beforeFrames = () => undefined;
    while (alice.room.status().seq === seq) await new Promise((resolve) => setImmediate(resolve));
  };
  const [proposal] = bob.room.proposals();
  expect(await world.get(bob.room.approve(proposal!.actionHash))).toMatchObject({ done: true });
  expect(bob.room.invites().some(({ inviteId }) => inviteId.join() === made.inviteId.join())).toBe(true);
});
