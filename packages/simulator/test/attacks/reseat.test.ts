import { inviteKeys, parseLink } from "@conclave/protocol";
import { expect, it, vi } from "vitest";
import { World } from "../../src/index.js";
import { HostileMember } from "../hostile/hostileMember.js";
import { Outsider } from "../hostile/outsider.js";
import { alarmsOf, namesOf, stateOf, talk } from "../hostile/view.js";

vi.setConfig({ testTimeout: 120_000 });

it("A108: the thief of a leaf's keys alone takes nobody's place, in whosever name", async () => {
  const world = new World({ isRelayHonest: false });
  const [alice, bob, carol] = await world.roomOf(["Alice", "Bob", "Carol"]);
  const { link } = await world.invite(alice!, { for: { class: "multi", limit: 9 } });
  await world.inStep();
  await world.pass(20_000);
  // All that Bob's device has of the room, but not the device's own key; and what a link gives to anybody.
  const stolen = new HostileMember(world, bob!);
  const mallory = new Outsider(world, "Mallory");
  const { roomId, secret } = parseLink(link)!;
  const { slotId } = inviteKeys(world.crypto, roomId, secret);
  const before = [alice!, carol!].map((device) => stateOf(world, device));
  for (const person of [mallory.person, stolen.person]) {
    const { leaf, leafSeed } = stolen;
    const commit = mallory.externalCommit(mallory.look(link), { stolen: { person, leaf, leafSeed } });
    world.relay.inject(world.tagOf(alice!), { ...commit, slotId });
    await world.inStep();
    await world.pass(1000);
  }
  expect([alice!, carol!].map((device) => stateOf(world, device))).toEqual(before);
  for (const device of [alice!, bob!, carol!]) {
    expect(alarmsOf(device)).toEqual(["REFUSED_CHANGE not_member", "REFUSED_CHANGE not_member"]);
    expect(namesOf(device)).toEqual(["Alice", "Bob", "Carol"]);
  }
  await talk(world, alice!, bob!);
});
