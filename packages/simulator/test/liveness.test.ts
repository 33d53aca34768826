import type { PersonId } from "@conclave/protocol";
import { afterAll, describe, expect, it } from "vitest";
import { granted, type SimulatedDevice, World } from "../src/index.js";
import { HostileMember } from "./hostile/hostileMember.js";
import { Rogue } from "./hostile/rogue.js";
import type { Trouble } from "./hostile/trouble.js";
import { begin, TROUBLES } from "./hostile/troubles.js";
import { namesOf } from "./hostile/view.js";

/** Within this time, by the clock of the world, the owner gets rid of somebody, and a newcomer gets in. */
const MOST_MS = 5 * 60_000;

/**
 * What the defences of today do not hold. It has to become empty; who adds a defence takes its line away: a line that is
 * held fails here.
 */
const OPEN: readonly string[] = [];

const longest = { removal: 0, entrance: 0, removalSteps: 0, entranceSteps: 0 };

function nameOf({ attack, by, what }: Trouble): string {
  return `${attack}: a ${by} ${what}`;
}

async function within(world: World, most: number, work: Promise<unknown>): Promise<[number, number]> {
  const [start, steps] = [world.timeline.now, world.steps];
  await world.finish(work, most);
  return [world.timeline.now - start, world.steps - steps];
}

async function removed(owner: SimulatedDevice, person: PersonId): Promise<void> {
  const removal = { type: "remove" as const, person, ban: true };
  granted(await owner.room.decide(removal));
}

async function setRight(world: World, owner: SimulatedDevice): Promise<string> {
  granted(await world.finish(owner.room.decide({ type: "resetTime" })));
  return (await world.invite(owner, { notAfter: world.timeline.now + 3_600_000 })).link;
}

// As people do: who is told that it does not work now tries again in a while.
async function comesIn(world: World, newcomer: SimulatedDevice, link: string): Promise<void> {
  for (;;) {
    const seen = await newcomer.client.previewInvite(link);
    const joined = seen.ok ? await seen.value.accept(newcomer.name) : seen;
    if (joined.ok) return;
    await new Promise<void>((resolve) => world.timeline.plan(20_000, "tries again", resolve));
  }
}

/** The owner removes the troublemaker while they go on, and somebody new comes in by the link. */
async function hold(trouble: Trouble): Promise<void> {
  // The relay's own limits. Whose keys are in hostile hands uses them as it likes: that is looked at at the end.
  const world = new World({ isRelayHonest: false, relaySettings: {}, checks: false, seed: 7 });
  // Mallory's leaf is beside the owner's: what is sealed to the owner is sealed to nobody else.
  const [owner, mallory, bob] = await world.roomOf(["Alice", "Mallory", "Bob"]);
  const timed = trouble.attack === "A112" ? { notAfter: world.timeline.now + 3_600_000 } : {};
  const { link } = await world.invite(owner!, timed);
  const over = await world.invite(owner!);
  granted(await world.finish(owner!.room.decide({ type: "revokeInvite", inviteId: over.invitation.inviteId })));
  await world.inStep();
  await world.pass(10_000);
  const tag = world.tagOf(owner!);
  for (const device of [owner!, bob!, mallory!]) await world.say(device, `hello from ${device.name}`);
  if (trouble.attack === "A112") {
    const promotion = { type: "setRole" as const, person: mallory!.client.person, role: "admin" as const };
    granted(await world.finish(owner!.room.decide(promotion)));
    await world.pass(5000);
  }
  const people = [mallory!, bob!].map((device) => device.client.person);
  const isFormer = trouble.by === "former member";
  const kept = isFormer ? new HostileMember(world, mallory!) : null;
  if (isFormer) {
    await world.finish(removed(owner!, people[0]!));
    await world.pass(5000);
  }
  const rogue = new Rogue(world, "rogue", tag);
  const scene = { world, owner: owner!, device: mallory!, kept, link, closed: over.link, rogue };
  if (trouble.isOwnerAlone) for (const device of [bob!, mallory!]) device.crash();
  const ongoing = begin(scene, trouble);
  await world.pass(trouble.isOwnerAlone ? 50 * 60_000 : 30_000);
  // Trouble that is never made would be held by anybody.
  if (ongoing.done === 0) throw ongoing.failed;
  const [target, person] = trouble.by === "member" ? [mallory!, people[0]!] : [bob!, people[1]!];
  const [ms, steps] = await within(world, MOST_MS, removed(owner!, person));
  expect(namesOf(owner!)).not.toContain(target.name);
  longest.removal = Math.max(longest.removal, ms);
  longest.removalSteps = Math.max(longest.removalSteps, steps);
  // Where the room's clock was driven on, its links are over: the owner sets it right, and makes another.
  const good = trouble.attack === "A112" ? await setRight(world, owner!) : link;
  const carol = world.newDevice("Carol");
  await world.start(carol);
  const [inMs, inSteps] = await within(world, MOST_MS, comesIn(world, carol, good));
  await world.until(() => namesOf(owner!).includes("Carol"), MOST_MS);
  longest.entrance = Math.max(longest.entrance, inMs);
  longest.entranceSteps = Math.max(longest.entranceSteps, inSteps);
  ongoing.stop();
  await world.pass(60_000);
  const inside = [owner!, ...(trouble.by === "member" ? [bob!] : []), carol];
  await world.inStep(inside, MOST_MS);
  for (const device of inside) {
    expect(namesOf(device)).toEqual(namesOf(owner!));
    expect(device.room.roomCode()).toBe(owner!.room.roomCode());
  }
}

describe("whatever one member, one former member and the holder of one link do", () => {
  it.each(TROUBLES.map((trouble) => [nameOf(trouble), trouble] as const))(
    "%s; the owner removes them, and a newcomer gets in",
    async (name, trouble) => {
      if (!OPEN.includes(name)) return hold(trouble);
      await expect(hold(trouble), "this holds now: take it off the list").rejects.toThrow();
    },
    240_000,
  );

  afterAll(() => {
    const { removal, removalSteps, entrance, entranceSteps } = longest;
    process.stdout.write(
      `the owner removed somebody in ${String(removal)} ms (${String(removalSteps)} steps of the world) at most, ` +
        `a newcomer got in in ${String(entrance)} ms (${String(entranceSteps)} steps)\n`,
    );
  });
});
