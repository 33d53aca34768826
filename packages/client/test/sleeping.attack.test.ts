import { systemRandom } from "@conclave/crypto/node";
import { decodeRelayMessage } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { type Home, twoIn, World } from "./world.js";

/** Somebody with the link puts bytes that nobody can read in the place of their join, and goes. */
async function junkBy(world: World, link: string): Promise<void> {
  const mallory = world.home();
  await mallory.open();
  let taken = false;
  world.changeAnswer = (bytes) => {
    const answers = decodeRelayMessage(bytes, 1 << 26);
    taken ||= answers.ok && answers.value.some((answer) => answer.type === "appended");
    // Their app would follow its own junk, and come in.
    if (taken) mallory.kill();
    return bytes.slice();
  };
  world.sendsChanged = true;
  world.beforeFrames = (home, frames) => {
    if (home !== mallory) return;
    for (const frame of frames)
      if (frame.type === "append" && frame.kind === "commit") Object.assign(frame, { payload: systemRandom(1024) });
  };
  const invited = await world.get(mallory.client.previewInvite(link));
  void invited.accept("Mallory", "");
  await world.until(() => taken);
  world.changeAnswer = (bytes) => bytes.slice();
  world.beforeFrames = () => undefined;
  world.sendsChanged = false;
}

async function asleep(world: World, ...homes: readonly Home[]): Promise<void> {
  await world.pass(60_000);
  for (const home of homes) home.kill();
}

describe("a room in which everybody sleeps", () => {
  for (const times of [1, 3])
    it(`A106: RULE room.join-past-junk: somebody with a link comes in behind ${String(times)} junk commits`, async () => {
      const world = new World();
      const [alice, bob] = await twoIn(world);
      const link = await alice.invite();
      await asleep(world, alice, bob);
      for (let time = 0; time < times; time++) await junkBy(world, link);
      const junk = world.appends("commit").slice(-times);
      const carol = world.home();
      await carol.open();
      await carol.join(link, "Carol");
      await world.until(() => carol.room.status().standing === "member");
      const slotKnows = junk[0]!.lastCommit;
      expect(world.appends("commit").at(-1)!.lastCommit).toBe(slotKnows + times);
      // Those who wake up have them among them.
      await alice.open();
      await world.until(() => alice.room.members().length === 3 && carol.room.status().isConfirmed);
      expect(alice.room.members().map(({ name }) => name)).toEqual(["Alice", "Bob", "Carol"]);
      expect(carol.room.roomCode()).toBe(alice.room.roomCode());
    });

  it("whoever uses a link up comes in at once: its slot is closed by a member, when one wakes up", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const link = await alice.invite("direct", 1);
    const open = await alice.invite();
    await asleep(world, alice, bob);
    const carol = world.home();
    await carol.open();
    const before = world.clock.now();
    await carol.join(link, "Carol");
    expect(world.clock.now() - before).toBeLessThan(5000);
    // The link that is still open leads behind her join.
    carol.kill();
    const dave = world.home();
    await dave.open();
    await dave.join(open, "Dave");
    expect(dave.room.members().map(({ name }) => name)).toEqual(["Alice", "Bob", "Carol", "Dave"]);
    // Eve has the used link: when a member wakes up, it leads nowhere.
    await alice.open();
    await world.until(() => dave.room.status().isConfirmed);
    await world.pass(30_000);
    const eve = world.home();
    await eve.open();
    expect(await world.run(eve.client.previewInvite(link))).toMatchObject({ error: { error: "slot_closed" } });
  });
});
