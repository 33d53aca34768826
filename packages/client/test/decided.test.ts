import { decodeRelayMessage, encodeRelayMessage } from "@conclave/wire";
import type { SessionEvent } from "@conclave/client";
import { describe, expect, it } from "vitest";
import { appends, asks, driving, holdCommits, refuse } from "./scripted.js";
import { type Home, twoIn, World } from "./world.js";

const MINUTE = 60_000;

/** Two owners of a room, with nothing left to do in it. */
async function twoOwners(world: World): Promise<[Home, Home]> {
  const [alice, bob] = await twoIn(world);
  await world.get(alice.room.decide({ type: "setRole", person: bob.client.person, role: "owner" }));
  await world.until(() => bob.room.status().seq === alice.room.status().seq);
  await world.pass(2 * MINUTE);
  return [alice, bob];
}

const titled = ({ room }: Home) =>
  room.decisions().flatMap(({ action, by }) => (action.type === "setTitle" ? [`${by.name}: ${action.title}`] : []));

/** Loses what the relay pushes of the log, for as long as this says so. */
function losePushes(world: World, isLost: () => boolean): void {
  world.changeAnswer = (bytes) => {
    const decoded = decodeRelayMessage(bytes, 1 << 26);
    const isPush = decoded.ok && decoded.value.some(({ type }) => type === "records");
    return isPush && isLost() ? null : bytes.slice();
  };
}

describe("a decision", () => {
  it("that two make in one moment is made once, and both are told by which entry", async () => {
    const world = new World();
    const [alice, bob] = await twoOwners(world);
    const { seq } = alice.room.status();
    const both = await world.run(
      Promise.all([alice, bob].map(({ room }) => room.decide({ type: "setTitle", title: "Meadow" }))),
    );
    expect(both).toEqual([1, 2].map(() => ({ ok: true, value: { done: true, seq: seq + 1 } })));
    await world.pass(MINUTE);
    expect([titled(alice).length, titled(bob).length]).toEqual([1, 1]);
    // Decided before it was wanted is another thing: it is so already.
    expect(await world.run(alice.room.decide({ type: "setTitle", title: "Meadow" }))).toMatchObject({
      error: { kind: "refused", rejection: { code: "already_so" } },
    });
  });

  it("is not made by a clock that nobody agrees with, before its person says that it is right; new keys are", async () => {
    const world = new World();
    const [alice, bob] = await twoOwners(world);
    await world.run(alice.client.close());
    alice.skew = 60 * MINUTE;
    await alice.open();
    await world.get(alice.room.synced(10_000));
    const asked = await world.run(alice.room.decide({ type: "setTitle", title: "Meadow" }));
    expect(asked).toMatchObject({ ok: false, error: { kind: "clock" } });
    const { ahead } = (asked as unknown as { error: { ahead: number } }).error;
    expect(Math.abs(ahead - 60 * MINUTE)).toBeLessThan(MINUTE);
    expect(titled(bob)).toEqual([]);
    expect(await world.get(alice.room.decide({ type: "rekey" }))).toMatchObject({ done: true });
    alice.client.trustClock();
    await world.get(alice.room.decide({ type: "setTitle", title: "Meadow" }));
    await world.until(() => bob.room.title === "Meadow");
    expect(alice.room.decisions().at(-1)!.time).toBeGreaterThan(world.clock.now() + 50 * MINUTE);
  });

  it("that this device makes by itself takes its time from nobody's wrong clock", async () => {
    const world = new World();
    const [alice, bob] = await twoOwners(world);
    const carol = world.home();
    await carol.open();
    await carol.join(await bob.invite(), "Carol");
    await world.until(() => carol.room.status().isConfirmed);
    await world.pass(MINUTE);
    for (const home of [alice, bob]) await world.run(home.client.close());
    await world.get(carol.room.leave());
    await world.get(carol.room.flushed(10_000));
    alice.skew = 60 * MINUTE;
    await alice.open();
    await world.until(() => carol.room.status().standing === "left");
    expect(Math.abs(alice.room.decisions().at(-1)!.time - world.clock.now())).toBeLessThan(5 * MINUTE);
  });

  it("that was stored before the process ended is made all the same, also where somebody else's came first", async () => {
    const world = new World();
    const [alice, bob] = await twoOwners(world);
    const release = holdCommits(world, alice);
    void alice.room.decide({ type: "setTitle", title: "Meadow" });
    await world.pass(1000);
    alice.kill();
    release();
    await world.get(bob.room.decide({ type: "rekey" }));
    await alice.open();
    await world.until(() => bob.room.title === "Meadow");
    await world.pass(MINUTE);
    expect(titled(bob)).toEqual(["Alice: Meadow"]);
  });

  it("that the relay has acknowledged and does not show is asked for again, after a while; an honest one only lost a push", async () => {
    const world = new World();
    const [alice, bob] = await twoOwners(world);
    let isLost = true;
    losePushes(world, () => isLost);
    const subscribed = () => world.heard.filter(asks("subscribe")).length;
    const before = subscribed();
    const began = world.clock.now();
    expect(await world.get(alice.room.decide({ type: "setTitle", title: "Meadow" }))).toMatchObject({ done: true });
    const took = world.clock.now() - began;
    expect(took).toBeGreaterThanOrEqual(15_000);
    expect(took).toBeLessThan(20_000);
    isLost = false;
    expect(subscribed()).toBe(before + 1);
    // What is shown in time is asked for no more.
    await world.get(alice.room.decide({ type: "setTitle", title: "Orchard" }));
    await world.pass(MINUTE);
    expect([subscribed(), bob.room.title]).toEqual([before + 1, "Orchard"]);
    expect(alice.room.status().alarms).toEqual([]);
  });

  it("acknowledged by what somebody else has signed, is believed by nobody: the room waits, and says why", async () => {
    const world = new World();
    const [alice, bob] = await twoOwners(world);
    world.changeAnswer = (bytes) => {
      const decoded = decodeRelayMessage(bytes, 1 << 26);
      const [frame] = decoded.ok ? decoded.value : [];
      if (frame?.type !== "appended" || frame.receipt === null) return bytes.slice();
      return encodeRelayMessage([
        { ...frame, receipt: { ...frame.receipt, signature: frame.receipt.signature.map((byte) => byte ^ 1) } },
      ]);
    };
    void alice.room.decide({ type: "setTitle", title: "Meadow" });
    await world.until(() => alice.room.status().alarms.length > 0);
    expect(alice.room.status()).toMatchObject({
      alarms: [{ code: "BAD_RECEIPT" }],
      paused: { why: "alarm", alarm: { code: "BAD_RECEIPT" } },
    });
    expect(await world.run(alice.room.flushed(1000))).toMatchObject({ ok: true });
    await world.get(alice.room.send("hello"));
    expect(await world.run(alice.room.flushed(5000))).toMatchObject({
      error: { kind: "refused", rejection: { code: "paused", detail: "BAD_RECEIPT" } },
    });
    // On another connection it is the room's relay again.
    world.changeAnswer = (bytes) => bytes.slice();
    world.cut();
    await world.get(alice.room.flushed(2 * MINUTE));
    await world.until(() => bob.room.title === "Meadow" && bob.room.status().unread === 1);
  });

  it("that waits for its turn behind one that does not get through is told late, each at its time", async () => {
    const world = new World();
    const [alice] = await twoOwners(world);
    const release = holdCommits(world);
    const began = world.clock.now();
    const told: [string, number][] = [];
    for (const title of ["Meadow", "Orchard"])
      void alice.room.decide({ type: "setTitle", title }).then((result) => {
        told.push([result.ok ? "done" : result.error.kind, world.clock.now() - began]);
      });
    await world.pass(2 * MINUTE);
    expect(told).toEqual([
      ["underway", 30_000],
      ["underway", 90_000],
    ]);
    release();
    await world.until(() => alice.room.title === "Meadow");
    await world.pass(2 * MINUTE);
    // Nobody waited for the other one any more, and it was never begun.
    expect(titled(alice)).toEqual(["Alice: Meadow"]);
  });
});

describe("new keys", () => {
  it("are made when the relay takes nothing by the old ones, at every third refusal; then what waits gets through", async () => {
    const world = new World();
    const [alice, bob] = await twoOwners(world);
    const commits = () => world.heard.filter(appends("commit")).length;
    const before = commits();
    const refused = refuse(world, alice, appends("message"), { error: "write_denied", times: 4 });
    await world.get(alice.room.send("hello"));
    await world.get(alice.room.flushed(10 * MINUTE));
    expect(refused).toHaveLength(4);
    expect(commits()).toBe(before + 1);
    await world.until(() => bob.room.status().unread === 1);
    await world.pass(10 * MINUTE);
    expect(commits()).toBe(before + 1);
  });

  it("are made for no other refusal", async () => {
    const world = new World();
    const [alice] = await twoOwners(world);
    const commits = () => world.heard.filter(appends("commit")).length;
    const before = commits();
    refuse(world, alice, appends("message"), { error: "quota_exceeded", times: 6 });
    await world.get(alice.room.send("hello"));
    await world.pass(20 * MINUTE);
    expect([commits(), alice.room.status().pending]).toEqual([before, 0]);
  });
});

describe("who loses to others", () => {
  it("is told from the third time on, by an event too; the pauses grow, and with the first decision that is made it is over", async () => {
    const world = new World();
    const [alice, bob] = await twoOwners(world);
    const starved: Extract<SessionEvent, { type: "starved" }>[] = [];
    alice.room.watch((event) => event.type === "starved" && starved.push(event));
    const times: number[] = [];
    const rival = (most: number) => {
      world.beforeFrames = (home, frames) => {
        if (home !== alice || !frames.some(appends("commit"))) return undefined;
        times.push(world.clock.now());
        return times.length > most ? undefined : bob.room.decide({ type: "rekey" }).then(() => undefined);
      };
    };
    rival(4);
    expect(await world.get(alice.room.decide({ type: "setTitle", title: "Meadow" }))).toMatchObject({ done: true });
    expect(starved.map(({ losses, action, by }) => [losses, action?.type, by.map(({ count }) => count)])).toEqual([
      [3, "setTitle", [3]],
      [4, "setTitle", [4]],
    ]);
    // The first time it goes again at once.
    expect(times[1]! - times[0]!).toBeLessThan(100);
    expect(times[4]! - times[3]!).toBeGreaterThan(100);
    // What was lost before is forgotten.
    times.length = 0;
    rival(2);
    await world.get(alice.room.decide({ type: "setTitle", title: "Orchard" }));
    expect(starved).toHaveLength(2);
    expect(driving(alice).decisions.hasWork).toBe(false);
  });
});
