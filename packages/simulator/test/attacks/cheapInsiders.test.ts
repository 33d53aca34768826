import { openRosterRecord, sealRosterRecord, readPreset, preset } from "@conclave/protocol";
import { expect, it, vi } from "vitest";
import { granted, type SimulatedDevice, World } from "../../src/index.js";
import { HostileMember } from "../hostile/hostileMember.js";
import { Outsider } from "../hostile/outsider.js";
import { namesOf, talk } from "../hostile/view.js";

vi.setConfig({ testTimeout: 120_000 });

/** The roster records that lie beside the commits of the relay's log. */
function recordsOf(world: World, device: SimulatedDevice): Uint8Array[] {
  return world.relay.main.log(world.tagOf(device)).flatMap((item) => {
    return item.kind === "commit" && !item.pruned && item.attachment.length > 0 ? [item.attachment] : [];
  });
}

it("A105: a member puts records with false earlier keys beside junk: a newcomer reads the history all the same", async () => {
  const world = new World({ isRelayHonest: false });
  world.invariants.allowAlarm("JUNK");
  const [alice, bob, carol] = (await world.roomOf(["Alice", "Bob", "Carol"])) as [
    SimulatedDevice,
    SimulatedDevice,
    SimulatedDevice,
  ];
  const { link } = await world.invite(alice);
  granted(await world.finish(alice.room.decide({ type: "remove", person: carol.client.person, ban: true })));
  // The first decision after a removal names the key before.
  granted(await world.finish(alice.room.decide({ type: "setTitle", title: "without Carol" })));
  await world.inStep([alice, bob]);
  await world.pass(60_000);
  const { crypto, roomTag, keys } = new HostileMember(world, bob);
  const first = recordsOf(world, alice)
    .map((record) => openRosterRecord(crypto, roomTag, keys.roster, record))
    .find((content) => content !== null && content.previousKey !== null);
  if (!first) throw new Error("no generation has begun");
  const rosterKey = keys.roster.find(({ generation }) => generation === first.generation)!;
  for (let n = 0; n < 12; n++) {
    const previousKey = world.dice.random(32);
    const attachment = sealRosterRecord(crypto, roomTag, rosterKey, first, { entry: first.entry, previousKey });
    world.relay.inject(roomTag, { kind: "commit", payload: world.dice.random(300), attachment });
    await world.inStep([alice, bob]);
  }
  await world.pass(120_000);
  const dora = await world.device("Dora");
  await world.join(dora, link);
  await world.inStep([alice, bob, dora]);
  expect(namesOf(dora)).toEqual(["Alice", "Bob", "Dora"]);
  await talk(world, dora, alice);
});

it("A114: who held a link reads no decision that came after it was closed, with all that they were ever given", async () => {
  const world = new World();
  const [alice] = (await world.roomOf(["Alice", "Bob"])) as [SimulatedDevice];
  const { link, invitation } = await world.invite(alice, { mode: "ask" });
  await world.inStep();
  await world.pass(20_000);
  const { slot } = new Outsider(world, "Mallory").look(link);
  const roomTag = world.tagOf(alice);
  const read = () =>
    recordsOf(world, alice).filter((record) => openRosterRecord(world.crypto, roomTag, slot.roster, record) !== null);
  granted(await world.finish(alice.room.decide({ type: "setTitle", title: "seen" })));
  const before = read().length;
  expect(before).toBe(recordsOf(world, alice).length);
  granted(await world.finish(alice.room.decide({ type: "revokeInvite", inviteId: invitation.inviteId })));
  granted(await world.finish(alice.room.decide({ type: "setTitle", title: "not seen" })));
  granted(await world.finish(alice.room.decide({ type: "setTitle", title: "nor this" })));
  await world.inStep();
  // The closing itself is still sealed for those who could read until then.
  expect(read().length).toBe(before + 1);
  expect(recordsOf(world, alice).length).toBe(before + 3);
});

it("A117: one member asks for something seventy times: what another has asked for is still there, and is done", async () => {
  const world = new World();
  const word = readPreset("admins:2");
  if (!word.ok) throw new Error("no such preset");
  const people = await world.roomOf(["Alice", "Bob", "Carol", "Dave"], preset(word.value));
  const [alice, bob, carol, dave] = people as [SimulatedDevice, SimulatedDevice, SimulatedDevice, SimulatedDevice];
  await world.pass(60_000);
  granted(await world.finish(alice.room.decide({ type: "setRole", person: bob.client.person, role: "admin" })));
  await world.inStep();
  const asked = await world.finish(alice.room.decide({ type: "remove", person: dave.client.person, ban: true }));
  expect(asked).toMatchObject({ ok: true, value: { done: false } });
  await world.inStep();
  for (let n = 0; n < 70; n++) {
    const { rules, ...rest } = preset(word.value);
    const remove = { kind: "quorum", role: "admin", count: 3 + n, half: false } as const;
    const policy = { ...rest, rules: { ...rules, remove } };
    await world.finish(bob.room.decide({ type: "setPolicy", policy }));
    await world.pass(100);
  }
  await world.inStep();
  for (const device of [alice, bob, carol]) {
    const kinds = device.room.proposals().map(({ action }) => action.type);
    expect(kinds.filter((type) => type === "remove")).toHaveLength(1);
    expect(kinds.length).toBeGreaterThan(1);
    expect(kinds.length).toBeLessThan(20);
  }
  const removal = bob.room.proposals().find(({ action }) => action.type === "remove")!;
  granted(await world.finish(bob.room.approve(removal.actionHash)));
  await world.until(() => namesOf(alice).length === 3, 60_000);
});
