import { type Action, preset, ProtocolKind, type Preset } from "@conclave/protocol";
import type { ClientFrame, RelayFrame } from "@conclave/wire";
import { describe, expect, it, vi } from "vitest";
import { granted, World, type SimulatedDevice } from "../../src/index.js";
import { HostileMember } from "../hostile/hostileMember.js";
import { namesOf } from "../hostile/view.js";

vi.setConfig({ testTimeout: 120_000 });

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A room that has settled, at a relay that may lie. */
async function room(names: readonly string[], policy: Preset = "owner") {
  const world = new World({ isRelayHonest: false });
  const { rules, settings } = preset(policy);
  const devices = await world.roomOf(names, { rules, settings: { ...settings, maxStale: HOUR } });
  await world.pass(2 * MINUTE);
  await world.inStep();
  return { world, devices };
}

const check = (world: World, device: SimulatedDevice, timeout = 30_000) =>
  world.finish(device.room.checkNow(timeout)).then(granted);

const freshness = (device: SimulatedDevice) => device.room.status().freshness;

const remove = (device: SimulatedDevice) => ({ type: "remove" as const, person: device.client.person, ban: false });

/** Somebody has the room before their eyes for so long. */
async function look(world: World, device: SimulatedDevice, duration: number): Promise<void> {
  for (let passed = 0; passed < duration; passed += MINUTE) {
    device.room.looking();
    await world.pass(Math.min(MINUTE, duration - passed));
  }
}

async function makeAdmin(world: World, by: SimulatedDevice, device: SimulatedDevice): Promise<void> {
  granted(await world.finish(by.room.decide({ type: "setRole", person: device.client.person, role: "admin" })));
  await world.pass(MINUTE);
  await world.inStep();
}

/** Decides, with the yeses of these where it takes them. */
async function agree(world: World, by: SimulatedDevice, action: Action, others: readonly SimulatedDevice[]) {
  granted(await world.finish(by.room.decide(action)));
  await world.pass(5000);
  for (const other of others)
    for (const { actionHash } of other.room.proposals()) {
      granted(await world.finish(other.room.approve(actionHash)));
      await world.pass(MINUTE);
    }
  await world.inStep();
  expect(by.room.proposals()).toEqual([]);
}

describe("attacks on how fresh the list of members is", () => {
  it("A20: a removal that the server keeps back shows: nobody who decides confirms the list, whatever the removed device says", async () => {
    const { world, devices } = await room(["Alice", "Bob", "Mallory"]);
    const [alice, bob, mallory] = devices;
    await makeAdmin(world, alice!, mallory!);
    expect(await check(world, bob!)).toMatchObject({ isConfirmed: true, answeredBy: [{ name: "Alice" }] });
    // Bob and Mallory are shown a room in which nothing happens.
    world.relay.fork("old", ["Bob", "Mallory"]);
    granted(await world.finish(alice!.room.decide(remove(mallory!))));
    for (let n = 0; n < 4; n++) {
      await world.pass(3 * MINUTE);
      await world.say(mallory!, `I am here ${n}`);
    }
    await world.inStep([bob!, mallory!]);
    expect(freshness(bob!)).toMatchObject({ state: "aging", by: { name: "Alice" } });
    expect(await check(world, bob!)).toMatchObject({ isConfirmed: false, answeredBy: [] });
    await world.pass(2 * HOUR);
    await world.say(mallory!, "still here");
    await world.inStep([bob!, mallory!]);
    expect(freshness(bob!).state).toBe("stale");
  });

  it("A119: where any admin may remove, an admin who was removed keeps the list fresh for nobody (RULE freshness.oldest-counts)", async () => {
    const { world, devices } = await room(["Alice", "Bob", "Mallory", "Carol"], "open");
    const [alice, bob, mallory] = devices;
    await makeAdmin(world, alice!, mallory!);
    const both = await check(world, bob!);
    expect(both.isConfirmed).toBe(true);
    expect(both.answeredBy.map(({ name }) => name).sort()).toEqual(["Alice", "Mallory"]);
    world.relay.fork("old", ["Bob", "Mallory"]);
    granted(await world.finish(alice!.room.decide(remove(mallory!))));
    await world.pass(11 * MINUTE);
    // Mallory's device answers, and even vouches. Nobody else does.
    expect(await check(world, bob!)).toMatchObject({ isConfirmed: false, answeredBy: [{ name: "Mallory" }] });
    expect(freshness(bob!)).toMatchObject({ state: "aging", by: { name: "Alice" } });
    await world.pass(2 * HOUR);
    expect(await check(world, bob!)).toMatchObject({ isConfirmed: false });
    expect(freshness(bob!).state).toBe("stale");
  });

  it("RULE freshness.out-of-reach: where everybody would have to be asked it is said who was heard of, and nothing is asked for", async () => {
    const { world, devices } = await room(["Alice", "Bob", "Carol", "Dave"], "everyone");
    const [, bob, , dave] = devices;
    const tag = world.tagOf(bob!);
    const before = world.relay.main.log(tag).length;
    await look(world, bob!, 30 * MINUTE);
    expect(world.relay.main.log(tag)).toHaveLength(before);
    await world.say(dave!, "hello");
    await world.inStep();
    await world.pass(3 * HOUR);
    expect(freshness(bob!)).toMatchObject({ state: "unknown", by: { name: "Dave" } });
    // Who asks all the same learns who is there.
    const { isConfirmed, answeredBy } = await check(world, bob!);
    expect(answeredBy.map(({ name }) => name).sort()).toEqual(["Alice", "Carol", "Dave"]);
    // The link by which they came is still open: whoever has it can come in and show somebody out.
    expect(isConfirmed).toBe(false);
  });

  it("A29: messages that are held back let the list age meanwhile; they come in their order, and are answered for", async () => {
    const { world, devices } = await room(["Alice", "Bob", "Carol"]);
    const [alice, bob] = devices;
    await check(world, bob!);
    expect(freshness(bob!)).toMatchObject({ state: "fresh", isAnswer: true });
    world.relay.hold("Bob");
    await world.say(alice!, "shall we?");
    await world.say(alice!, "no: stop");
    await look(world, bob!, 12 * MINUTE);
    expect(freshness(bob!).state).not.toBe("fresh");
    world.relay.release("Bob");
    await world.inStep();
    expect(await world.texts(bob!)).toEqual(["Alice: shall we?", "Alice: no: stop"]);
    expect(await check(world, bob!)).toMatchObject({ isConfirmed: true, answeredBy: [{ name: "Alice" }] });
  });

  it("A30: the last messages of somebody who decides, dropped for good, let the list age, and are missed by who asks", async () => {
    const { world, devices } = await room(["Alice", "Bob", "Carol"]);
    const [alice, bob] = devices;
    await check(world, bob!);
    world.relay.fork("old", ["Bob"]);
    await world.say(alice!, "stop: do not send it");
    await look(world, bob!, 12 * MINUTE);
    expect(await check(world, bob!)).toMatchObject({ isConfirmed: false, answeredBy: [] });
    expect(freshness(bob!).state).toBe("aging");
    await world.pass(2 * HOUR);
    expect(freshness(bob!).state).toBe("stale");
    await world.pass(8 * HOUR);
    expect(freshness(bob!).state).toBe("expired");
    expect(await world.texts(bob!)).toEqual([]);
  });

  it("A35: a device's own wrong clock makes no list look stale, nor one that is stale look fresh, and is told of", async () => {
    for (const skew of [-3 * HOUR, 3 * HOUR, 40 * 24 * HOUR]) {
      const { world, devices } = await room(["Alice", "Bob", "Carol", "Dave"], "admins:3");
      const [alice, bob, carol, dave] = devices;
      await makeAdmin(world, alice!, carol!);
      bob!.crash();
      bob!.skew = skew;
      await world.start(bob!);
      await world.pass(MINUTE);
      const asked = await check(world, bob!);
      expect(asked).toMatchObject({ isConfirmed: true, freshness: { state: "fresh", isAnswer: true } });
      expect(asked.took).toBeLessThan(10_000);
      // Three people speak after something of Bob's.
      await world.say(bob!, "what time is it?");
      for (const each of [alice!, carol!, dave!]) await world.say(each, `late, says ${each.name}`);
      await world.inStep();
      const { clock, state } = freshness(bob!);
      expect(state).toBe("fresh");
      expect(clock?.people).toBe(3);
      expect(Math.abs((clock?.ahead ?? 0) - skew)).toBeLessThan(5000);
      expect(freshness(alice!).clock).toBeNull();
      await world.pass(11 * MINUTE);
      expect(freshness(bob!).state).toBe("aging");
    }
  });

  it("A35: RULE freshness.clock-set: a clock that was set right is not said to be wrong any more, once the relay was heard again", async () => {
    for (const skew of [-3 * HOUR, 3 * HOUR]) {
      const { world, devices } = await room(["Alice", "Bob", "Carol", "Dave"], "admins:3");
      const [alice, bob, carol, dave] = devices;
      bob!.crash();
      bob!.skew = skew;
      await world.start(bob!);
      await world.pass(MINUTE);
      await world.say(bob!, "what time is it?");
      for (const each of [alice!, carol!, dave!]) await world.say(each, `now, says ${each.name}`);
      await world.inStep();
      expect(freshness(bob!).clock?.people).toBe(3);
      bob!.setClock(0);
      world.network.disconnect("Bob");
      await world.pass(MINUTE);
      expect(freshness(bob!).clock).toBeNull();
    }
  });

  it("A120: who decides does not vouch for the list while their own removal is on its way", async () => {
    const { world, devices } = await room(["Alice", "Bob", "Carol"]);
    const [alice, bob, carol] = devices;
    // The relay takes the removal, and keeps it back.
    const isCommit = (frame: ClientFrame) => frame.type === "append" && frame.kind === "commit";
    world.relay.tamper({ request: (node, frame) => (node === "Alice" && isCommit(frame) ? [] : [frame]) });
    const removal = alice!.room.decide(remove(carol!));
    await world.pass(1000);
    await world.write(alice!, "Carol is about to go");
    await world.pass(5000);
    expect(await world.texts(bob!)).toEqual(["Alice: Carol is about to go"]);
    expect(await check(world, bob!)).toMatchObject({ isConfirmed: false, answeredBy: [] });
    await world.write(alice!, "soon");
    expect(await check(world, bob!)).toMatchObject({ isConfirmed: false, answeredBy: [] });
    world.relay.tamper(null);
    world.network.disconnect("Alice");
    granted(await world.finish(removal));
    await world.pass(2 * MINUTE);
    expect(namesOf(bob!)).toEqual(["Alice", "Bob"]);
    expect(await check(world, bob!)).toMatchObject({ isConfirmed: true, answeredBy: [{ name: "Alice" }] });
  });

  it("A120: RULE freshness.given-up-ends: who decides, and whose commit the relay has refused for good, vouches for the list again when asked", async () => {
    const { world, devices } = await room(["Alice", "Bob", "Carol"]);
    const [alice, bob] = devices as [SimulatedDevice, SimulatedDevice];
    expect((await check(world, bob)).isConfirmed).toBe(true);
    let refused = 0;
    const refuseCommits = () => {
      world.relay.tamper({
        request: (node, frame) => {
          if (node !== "Alice" || frame.type !== "append" || frame.kind !== "commit") return [frame];
          refused++;
          const answer = {
            type: "error",
            id: frame.id,
            error: "quota_exceeded",
            retryAfter: 0,
            position: null,
          } as const;
          world.relay.say(node, [answer]);
          return [];
        },
      });
    };
    refuseCommits();
    const decided = await world.finish(alice.room.decide({ type: "setTitle", title: "another" }));
    expect(decided).toMatchObject({ ok: false, error: { kind: "relay", error: "quota_exceeded" } });
    world.relay.tamper(null);
    await world.pass(10 * MINUTE);
    await check(world, bob);
    await world.pass(MINUTE);
    expect((await check(world, bob)).isConfirmed).toBe(true);
    expect(alice.room.title).not.toBe("another");
    // Where the relay goes on refusing them, it is not asked to take new keys at every question.
    refuseCommits();
    expect((await world.finish(alice.room.decide({ type: "setTitle", title: "a third" }))).ok).toBe(false);
    refused = 0;
    for (let n = 0; n < 4; n++) {
      await world.pass(11 * MINUTE);
      expect((await check(world, bob)).isConfirmed).toBe(false);
    }
    expect(refused).toBe(4);
  });

  it("A120: a yes that was given counts against the list after its proposal was withdrawn (RULE freshness.yes-outlives)", async () => {
    const { world, devices } = await room(["Alice", "Bob", "Carol", "Dora", "Mallory", "Erin"], "admins:1");
    const [alice, bob, carol, dora, mallory, erin] = devices;
    for (const each of [carol!, dora!, mallory!]) {
      const action = { type: "setRole" as const, person: each.client.person, role: "admin" as const };
      await agree(world, alice!, action, each === mallory ? [carol!] : []);
    }
    const { rules, settings } = preset("admins:3");
    await agree(world, alice!, { type: "setPolicy", policy: { rules, settings: { ...settings, maxStale: HOUR } } }, [
      carol!,
    ]);
    dora!.crash();
    granted(await world.finish(mallory!.room.decide(remove(erin!))));
    await world.pass(MINUTE);
    const hash = carol!.room.proposals()[0]!.actionHash;
    granted(await world.finish(carol!.room.approve(hash)));
    await world.pass(MINUTE);
    granted(await world.finish(mallory!.room.withdrawProposal(hash)));
    await world.pass(MINUTE);
    await world.inStep([alice!, bob!, carol!]);
    mallory!.crash();
    expect(bob!.room.proposals()).toEqual([]);
    // Of four three have to agree: Dora, Mallory, and Carol, whose yes they have.
    const { isConfirmed, answeredBy } = await check(world, bob!);
    expect(answeredBy.map(({ name }) => name)).toEqual(expect.arrayContaining(["Alice", "Carol"]));
    expect(isConfirmed).toBe(false);
  });

  it("A121: an answer that the server holds back is as old as the question, whatever its author's clock says", async () => {
    const { world, devices } = await room(["Alice", "Bob", "Carol"]);
    const [alice, bob] = devices;
    // Alice's clock is an hour ahead, and Bob's device has noticed.
    alice!.crash();
    alice!.skew = HOUR;
    await world.start(alice!);
    await world.pass(MINUTE);
    expect(await check(world, bob!)).toMatchObject({ isConfirmed: true });
    await world.pass(20 * MINUTE);
    const held: RelayFrame[] = [];
    let isHeld = false;
    world.relay.tamper({
      reply: (node, frame) => {
        if (node !== "Bob" || !isHeld || frame.type !== "records") return [frame];
        held.push(frame);
        return [];
      },
    });
    isHeld = true;
    const asked = world.timeline.now;
    expect(await check(world, bob!)).toMatchObject({ isConfirmed: false, answeredBy: [] });
    await world.pass(HOUR - MINUTE);
    isHeld = false;
    world.relay.say("Bob", held);
    await world.pass(5000);
    const { state, time, by } = freshness(bob!);
    expect({ state, by: by?.name }).toEqual({ state: "aging", by: "Alice" });
    expect(Math.abs((time ?? 0) - asked)).toBeLessThan(1000);
  });

  it("A121: a message of somebody whose clock is ahead, held back for as long, makes no list fresh for who asked nothing (RULE freshness.their-clock)", async () => {
    const { world, devices } = await room(["Alice", "Bob", "Mallory"]);
    const [alice, bob, mallory] = devices;
    alice!.crash();
    alice!.skew = HOUR;
    await world.start(alice!);
    await world.pass(20 * MINUTE);
    const held: RelayFrame[] = [];
    let isHeld = true;
    world.relay.tamper({
      reply: (node, frame) => {
        if (node !== "Bob" || !isHeld || frame.type !== "records") return [frame];
        held.push(frame);
        return [];
      },
    });
    await world.say(alice!, "I go on to remove Mallory");
    await world.pass(1000);
    const signed = world.timeline.now;
    world.relay.fork("old", ["Bob"]);
    alice!.client.trustClock();
    granted(await world.finish(alice!.room.decide(remove(mallory!))));
    await world.pass(HOUR - MINUTE);
    isHeld = false;
    world.relay.say("Bob", held);
    await world.pass(5000);
    expect(await world.texts(bob!)).toEqual(["Alice: I go on to remove Mallory"]);
    const { state, time } = freshness(bob!);
    expect(state).not.toBe("fresh");
    expect(time ?? 0).toBeLessThanOrEqual(signed);
  });

  it("A121: members whose clocks are set back, and the relay, make nothing new of what the owner said long ago", async () => {
    const { world, devices } = await room(["Alice", "Bob", "P1", "P2", "P3"]);
    const [alice, bob, ...puppets] = devices;
    const tag = world.tagOf(alice!);
    const kept: Extract<ClientFrame, { type: "append" }>[] = [];
    world.relay.tamper({
      request: (node, frame) => {
        if (node !== "Alice" || frame.type !== "append") return [frame];
        kept.push(frame);
        return [];
      },
    });
    await world.write(alice!, "before I remove somebody");
    await world.pass(2000);
    alice!.crash();
    for (const each of puppets) {
      each.crash();
      each.skew = -2 * HOUR;
      await world.start(each);
    }
    await world.pass(2 * HOUR);
    expect(freshness(bob!).state).toBe("stale");
    await world.say(bob!, "hello?");
    for (const each of puppets) await world.say(each, `yes, says ${each.name}`);
    await world.inStep([bob!]);
    const { kind, epoch, payload } = kept[0]!;
    if (kind !== "message") throw new Error(kind);
    world.relay.forge(tag, { kind, epoch, payload });
    await world.pass(5000);
    expect(await world.texts(bob!)).toContain("Alice: before I remove somebody");
    expect(freshness(bob!).state).not.toBe("fresh");
  });

  it("A121: a member who only asks in an old epoch keeps nobody from asking (RULE freshness.late-question)", async () => {
    const { world, devices } = await room(["Alice", "Bob", "Mallory"]);
    const [alice, bob, mallory] = devices;
    const tag = world.tagOf(alice!);
    const thief = new HostileMember(world, mallory!);
    mallory!.crash();
    granted(await world.finish(alice!.room.decide({ type: "setTitle", title: "new epoch" })));
    await world.pass(MINUTE);
    await world.inStep([alice!, bob!]);
    for (let n = 0; n < 26; n++) {
      world.relay.forge(tag, thief.message({ kind: ProtocolKind.probe }));
      await look(world, bob!, 5 * MINUTE);
    }
    expect(freshness(bob!).state).toBe("fresh");
  });

  it("RULE freshness.every-turn: a member who asks again and again keeps nobody from answering, and as many as it takes answer at once", async () => {
    const { world, devices } = await room(["Alice", "Bob", "Carol", "Dora", "Mallory"], "open");
    const [alice, bob, carol, dora, mallory] = devices;
    await makeAdmin(world, alice!, carol!);
    await makeAdmin(world, alice!, dora!);
    await world.pass(MINUTE);
    const tag = world.tagOf(alice!);
    expect(await check(world, bob!, 6000)).toMatchObject({ isConfirmed: true });
    const thief = new HostileMember(world, mallory!);
    mallory!.crash();
    await world.pass(2 * MINUTE);
    const asked = bob!.room.checkNow(MINUTE);
    for (let n = 0; n < 30; n++) {
      world.relay.forge(tag, thief.message({ kind: ProtocolKind.probe }));
      await world.pass(1500);
    }
    expect(granted(await world.finish(asked))).toMatchObject({ isConfirmed: true });
  });

  it("RULE freshness.on-demand: nothing is sent in a room that nobody looks at; one question and its answers in nine minutes where all do", async () => {
    const { world, devices } = await room(["Alice", "Bob", "Carol", "Dave", "Erin"]);
    const tag = world.tagOf(devices[0]!);
    const before = world.relay.main.log(tag).length;
    await world.pass(3 * HOUR);
    expect(world.relay.main.log(tag)).toHaveLength(before);
    for (let passed = 0; passed < 60; passed++) {
      for (const device of devices) device.room.looking();
      await world.pass(MINUTE);
    }
    // Beside that each device asks once by itself, to hold Alice's clock against its own.
    const sent = world.relay.main.log(tag).length - before;
    expect(sent).toBeGreaterThanOrEqual(12);
    expect(sent).toBeLessThanOrEqual(20);
    expect(freshness(devices[4]!)).toMatchObject({ state: "fresh", by: { name: "Alice" } });
    // They look away, and it is quiet again.
    await world.pass(12 * MINUTE);
    const quiet = world.relay.main.log(tag).length;
    await world.pass(3 * HOUR);
    expect(world.relay.main.log(tag)).toHaveLength(quiet);
  });

  it("RULE freshness.bounded: a member who asks all the time is answered twice in forty seconds", async () => {
    const { world, devices } = await room(["Alice", "Bob", "Mallory"]);
    const [alice, , mallory] = devices;
    const tag = world.tagOf(alice!);
    const thief = new HostileMember(world, mallory!);
    mallory!.crash();
    const before = world.relay.main.log(tag).length;
    for (let n = 0; n < 60; n++) {
      world.relay.forge(tag, thief.message({ kind: ProtocolKind.probe }));
      await world.pass(2000);
    }
    const answers = world.relay.main.log(tag).length - before - 60;
    expect(answers).toBeGreaterThanOrEqual(3);
    expect(answers).toBeLessThanOrEqual(7);
  });
});
