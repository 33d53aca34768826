import type { PleaReason } from "@conclave/protocol";
import type { ClientFrame } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { asks, driving, refuse } from "./scripted.js";
import { type Home, twoIn, World } from "./world.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

type PutSlot = Extract<ClientFrame, { readonly type: "putSlot" }>;
const isDoor = (frame: ClientFrame): frame is PutSlot => frame.type === "putSlot" && frame.life > 0;

/** How often doors were put at the relay, pleas answered, and pleas thrown away. */
const done = (world: World) => [
  world.heard.filter(isDoor).length,
  world.heard.filter(asks("answerRequest")).length,
  world.heard.filter(asks("deleteRequest")).length,
];

/** A plea of this home's device, left at the relay; `change`: what becomes of its bytes before. */
async function plead(
  world: World,
  home: Home,
  { why = "copy", change = (blob) => blob }: { why?: PleaReason; change?: (blob: Uint8Array) => Uint8Array } = {},
): Promise<void> {
  const { connection, state } = driving(home);
  const blob = change(state.room!.doors.plead(new Uint8Array(32).fill(7), why));
  const body = { type: "postPlea", roomTag: home.tag, stays: false, blob } as const;
  expect(await world.run(connection.request<"postPlea">(body))).toMatchObject({ type: "posted" });
}

/** The last byte is another. */
const spoilt = (blob: Uint8Array) => blob.map((byte, at) => (at === blob.length - 1 ? byte ^ 1 : byte));

/** Alice at rest, and a plea of Bob, who is away. */
async function pleading(world: World, options?: Parameters<typeof plead>[2]): Promise<[Home, Home]> {
  const [alice, bob] = await twoIn(world);
  await world.pass(2 * MINUTE);
  await plead(world, bob, options);
  await world.run(bob.client.close());
  return [alice, bob];
}

describe("a plea", () => {
  it("is answered once the room has gone on: by a door, which stays in step with the room for an hour", async () => {
    const world = new World();
    const [alice] = await pleading(world, { why: "unopened" });
    // Who stands where the plea stands has no door for it, and waits.
    await world.pass(10 * MINUTE);
    expect(done(world)).toEqual([0, 0, 0]);
    let began = world.clock.now();
    await world.get(alice.room.decide({ type: "rekey" }));
    await world.until(() => done(world)[1] === 1);
    expect(world.clock.now() - began).toBeLessThan(10_000);
    expect(done(world)).toEqual([1, 1, 0]);
    // Answered, it is not at the relay any more, and nothing is done twice.
    await world.pass(10 * MINUTE);
    world.cut();
    await world.pass(10 * MINUTE);
    expect([done(world), driving(alice).requests.pleas]).toEqual([[1, 1, 0], []]);
    began = world.clock.now();
    await world.get(alice.room.decide({ type: "setTitle", title: "Meadow" }));
    await world.until(() => done(world)[0] === 2);
    expect(world.clock.now() - began).toBeLessThan(2000);
    const slots = world.heard.filter(isDoor).map(({ slot }) => slot.slotId.join());
    expect(slots[1]).toBe(slots[0]);
    await world.pass(HOUR);
    await world.get(alice.room.decide({ type: "setTitle", title: "Orchard" }));
    await world.pass(10 * MINUTE);
    expect(done(world)).toEqual([2, 1, 0]);
  });

  it("is answered by one of those who are there, and at once by who may end soon", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const carol = world.home();
    await carol.open();
    await carol.join(await alice.invite(), "Carol");
    await world.pass(2 * MINUTE);
    await world.until(() => bob.room.status().n === alice.room.status().n);
    await plead(world, bob);
    await world.run(bob.client.close());
    await world.get(alice.room.decide({ type: "rekey" }));
    await world.pass(5 * MINUTE);
    expect(done(world)).toEqual([1, 1, 0]);
    // Both are away when the next one comes.
    await bob.open();
    await world.get(bob.room.synced(MINUTE));
    await plead(world, bob);
    for (const home of [bob, carol]) await world.run(home.client.close());
    await world.get(alice.room.decide({ type: "rekey" }));
    const began = world.clock.now();
    await world.run(alice.room.settle(10_000));
    expect(world.clock.now() - began).toBeLessThan(500);
  });

  it("is answered by a process that has just begun, before it ends", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await world.pass(2 * MINUTE);
    await world.run(alice.client.close());
    driving(bob).state.onlyReads = true;
    await plead(world, bob);
    await world.run(bob.client.close());
    await alice.open();
    await world.get(alice.room.synced(MINUTE));
    await world.run(alice.room.settle(20_000));
    expect(done(world)).toEqual([1, 1, 0]);
  });

  it("is left to others by who is leaving", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const carol = world.home();
    await carol.open();
    await carol.join(await alice.invite(), "Carol");
    await world.pass(2 * MINUTE);
    await world.run(alice.client.close());
    driving(bob).state.onlyReads = true;
    await world.get(carol.room.leave());
    await world.get(carol.room.flushed(MINUTE));
    await plead(world, bob);
    await world.run(bob.client.close());
    await world.pass(5 * MINUTE);
    expect(done(world)).toEqual([0, 0, 0]);
    await alice.open();
    await world.until(() => done(world)[1] === 1);
  });

  it("that could not be answered is looked at again on the next connection", async () => {
    const world = new World();
    const [alice] = await pleading(world, { why: "unopened" });
    const refused = refuse(world, alice, isDoor, { error: "token_denied", times: 1 });
    await world.get(alice.room.decide({ type: "rekey" }));
    await world.until(() => refused.length === 1);
    const began = world.clock.now();
    world.cut();
    await world.until(() => done(world)[1] === 1);
    expect(world.clock.now() - began).toBeLessThan(30_000);
  });

  it("whose answer the relay does not take is not answered anew for each change of the room: its door alone follows", async () => {
    const world = new World();
    const [alice] = await pleading(world);
    const refused = refuse(world, alice, asks("answerRequest"), { error: "token_denied", times: 1 });
    await world.until(() => refused.length === 1);
    for (const title of ["Meadow", "Orchard"]) {
      await world.get(alice.room.decide({ type: "setTitle", title }));
      await world.pass(MINUTE);
    }
    expect(done(world)).toEqual([3, 0, 0]);
    await world.pass(5 * MINUTE);
    expect(done(world)).toEqual([4, 1, 0]);
  });

  it("of a device that was taken out meanwhile is answered by the decision, and by no door", async () => {
    const world = new World();
    const [alice, bob] = await pleading(world);
    await world.get(alice.room.decide({ type: "remove", person: bob.client.person, ban: false }));
    await world.pass(MINUTE);
    expect(done(world)).toEqual([0, 1, 0]);
    await world.get(alice.room.decide({ type: "setTitle", title: "Meadow" }));
    await world.pass(10 * MINUTE);
    expect(done(world)).toEqual([0, 1, 0]);
  });

  it("of a device that is taken out after it was answered has no door that is kept", async () => {
    const world = new World();
    const [alice, bob] = await pleading(world);
    await world.get(alice.room.decide({ type: "rekey" }));
    await world.until(() => done(world)[1] === 1);
    await world.get(alice.room.decide({ type: "remove", person: bob.client.person, ban: false }));
    await world.pass(10 * MINUTE);
    expect(done(world)).toEqual([1, 1, 0]);
  });

  it("that nobody can open is thrown away", async () => {
    const world = new World();
    const [alice] = await pleading(world, { change: spoilt });
    await world.until(() => done(world)[2] === 1);
    await world.get(alice.room.decide({ type: "rekey" }));
    await world.pass(10 * MINUTE);
    expect(done(world)).toEqual([0, 0, 1]);
  });

  it.each([
    { error: "on_probation", retryAfter: 0, least: HOUR, most: HOUR + MINUTE },
    { error: "rate_limited", retryAfter: 3000, least: 3000, most: 20_000 },
    { error: "storage_busy", retryAfter: 500, least: 300, most: MINUTE },
  ] as const)(
    "that the relay does not let us throw away ($error) is left for as long as it makes sense",
    async (row) => {
      const world = new World();
      const [alice, bob] = await twoIn(world);
      await world.pass(2 * MINUTE);
      const refused = refuse(world, alice, asks("deleteRequest"), { ...row, times: 1 });
      // Bob's device leaves it alone.
      driving(bob).state.onlyReads = true;
      await plead(world, bob, { change: spoilt });
      await world.until(() => refused.length === 1);
      const began = world.clock.now();
      await world.pass(row.least - 200);
      expect(done(world)[2]).toBe(0);
      await world.until(() => done(world)[2] === 1);
      expect(world.clock.now() - began).toBeLessThan(row.most);
    },
  );

  it.each([
    { what: "a door", type: "putSlot", error: "token_denied", retryAfter: 0, least: MINUTE, most: 2 * MINUTE },
    { what: "a door", type: "putSlot", error: "rate_limited", retryAfter: 2000, least: 200, most: 30_000 },
    {
      what: "an answer",
      type: "answerRequest",
      error: "token_denied",
      retryAfter: 0,
      least: 5 * MINUTE,
      most: 6 * MINUTE,
    },
    { what: "an answer", type: "answerRequest", error: "rate_limited", retryAfter: 2000, least: 200, most: 30_000 },
  ] as const)("for which the relay does not take $what ($error) is answered later", async (row) => {
    const world = new World();
    const [alice] = await pleading(world);
    await world.get(alice.room.decide({ type: "rekey" }));
    const isMeant = row.type === "putSlot" ? isDoor : asks("answerRequest");
    const refused = refuse(world, alice, isMeant as typeof isDoor, { ...row, times: 1 });
    await world.until(() => refused.length === 1);
    const began = world.clock.now();
    await world.until(() => done(world)[1] === 1);
    expect(world.clock.now() - began).toBeGreaterThanOrEqual(row.least - 100);
    expect(world.clock.now() - began).toBeLessThan(row.most);
  });
});
