import type { Result } from "@conclave/codec";
import { preset, type Rejection } from "@conclave/protocol";
import type { Problem } from "@conclave/client";
import { describe, expect, it } from "vitest";
import { admit } from "../src/room/deciding.js";
import { asks, driving, holdCommits, refuse } from "./scripted.js";
import { type Home, twoIn, World } from "./world.js";

function codeOf(result: Result<unknown, Problem>): string | null {
  if (result.ok) return null;
  const { error } = result;
  return error.kind === "refused" ? error.rejection.code : error.kind;
}

const removal = (home: Home) => ({ type: "remove", person: home.client.person, ban: false }) as const;

/** Alice's room, and Bob, who has asked to be let in. */
async function atTheDoor(world: World): Promise<[Home, Home]> {
  const [alice, bob] = [world.home(), world.home()];
  for (const home of [alice, bob]) await home.open();
  await alice.found("Garden", "Alice");
  await bob.join(await alice.invite("ask"), "Bob");
  await world.until(() => alice.room.status().requests === 1);
  return [alice, bob];
}

describe("who waits to be let in", () => {
  it("sees the room's name, and nothing else of it; nothing that they ask for is done", async () => {
    const world = new World();
    const [alice, bob] = await atTheDoor(world);
    const { room } = bob;
    expect(room.status()).toMatchObject({
      ...{ standing: "asking", isConfirmed: false, epoch: 0, seq: 0, n: 0, pending: 0, unread: 0, requests: 0 },
      ...{ asked: 0, ending: null, paused: null, comingBack: null, roomAhead: 0, connection: "catching up" },
    });
    expect([room.title, room.isSealed()]).toEqual(["Garden", false]);
    for (const nothing of [room.policy(), room.version(), room.roomCode(), room.peopleCode(), room.returning()])
      expect(nothing).toBeNull();
    for (const nothing of [room.explain(), room.powers(), room.powersAs(bob.client.person, "owner")])
      expect(nothing).toBeNull();
    expect([room.policyDoubts(preset("owner")), room.returnLink("https://chat.example")]).toEqual([null, null]);
    for (const none of [room.members(), room.decisions(), room.proposals(), room.invites(), room.sshKeys(), room.due()])
      expect(none).toEqual([]);
    expect(room.outlook({ type: "seal" })).toEqual({ can: "no", why: { code: "not_active" } });
    expect([room.mayRemove(bob.client.person), room.mayRemove(alice.client.person)]).toEqual([true, false]);
    const options = { label: "x", for: { class: "single" }, notAfter: null, mode: "direct" } as const;
    const refused = [
      ...[room.send("x"), room.decide({ type: "seal" }), room.createInvite(options), room.requests(), room.admit(1)],
      ...[room.allowKeys([]), room.disallowKeys([]), room.synced(1000), room.leave(), room.denyRequest(1)],
      ...[room.flushed(1000), room.checkNow(1000), room.prepareReturn()],
    ];
    for (const promise of refused)
      expect(codeOf(await world.run<Result<unknown, Problem>>(promise))).toBe("not_member");
    expect(codeOf(await world.run(room.stay()))).toBe("unknown");
    await world.run(room.resume());
    expect(await world.run(room.timeline())).toEqual([]);
    // None of it keeps her from letting him in.
    const [request] = await world.get(alice.room.requests());
    await world.get(alice.room.admit(request!.id));
    await world.until(() => room.status().standing === "member");
    expect(room.policy()).toEqual(preset("owner"));
  });
});

describe("a room that was moved to a version that this app does not know", () => {
  it("is read, and nothing is done in it before an update; whoever asks is told so at once, and by whom it was moved", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await world.pass(60_000);
    const upgraded = { by: { person: bob.client.person, name: "Bob" }, version: 99, knows: 2 };
    const { state } = driving(alice);
    const events: string[] = [];
    alice.room.watch(({ type }) => events.push(type));
    const problem = (code: Rejection["code"], more = {}) =>
      ({ kind: "refused", rejection: { code, ...more } }) as Problem;
    // What is no such refusal moves nothing.
    expect(state.meetsNewer({ kind: "behind" })).toBe(false);
    expect(state.meetsNewer(problem("not_allowed"))).toBe(false);
    expect([state.upgraded, events]).toEqual([null, []]);
    expect(state.meetsNewer(problem("update_needed", { upgraded }))).toBe(true);
    expect(events).toEqual(["changed"]);
    expect(alice.room.status().paused).toEqual({ why: "update_needed", upgraded });
    const { n } = bob.room.status();
    const began = world.clock.now();
    const asked = [
      alice.room.decide({ type: "setTitle", title: "x" }),
      alice.room.synced(5000),
      alice.room.requests(),
      alice.room.checkNow(5000),
      alice.room.leave(),
    ];
    for (const promise of asked)
      expect(codeOf(await world.run<Result<unknown, Problem>>(promise))).toBe("update_needed");
    expect(world.clock.now()).toBe(began);
    // What is written waits for the update.
    await world.get(alice.room.send("later"));
    expect(await world.run(alice.room.flushed(5000))).toEqual({
      ok: false,
      error: problem("update_needed", { upgraded }),
    });
    await world.pass(60_000);
    expect([bob.room.status().n, alice.room.status().pending]).toEqual([n, 1]);
    // An app that knows the version goes on from there.
    await world.run(alice.client.close());
    await alice.open();
    await world.get(alice.room.flushed(60_000));
    await world.until(() => bob.room.status().unread === 1);
  });
});

describe("a request to join", () => {
  it("is let in by an action that is decided as such, also where the request was not asked for yet", async () => {
    const world = new World();
    const [alice, bob] = await atTheDoor(world);
    const [request] = await world.get(alice.room.requests());
    await world.run(alice.client.close());
    await alice.open();
    // As by a program that kept the action: nothing was listed since the start.
    expect(alice.room.status().requests).toBe(0);
    expect(await world.get(alice.room.decide(request!.action))).toMatchObject({ done: true });
    await world.until(() => bob.room.status().standing === "member");
    expect(alice.room.members().map(({ name }) => name)).toEqual(["Alice", "Bob"]);
  });

  it("is left alone by who is leaving, and stays for the others", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await world.get(alice.room.decide({ type: "setRole", person: bob.client.person, role: "owner" }));
    const carol = world.home();
    await carol.open();
    await carol.join(await alice.invite("ask"), "Carol");
    await world.until(() => alice.room.status().requests === 1 && bob.room.status().requests === 1);
    const [request] = await world.get(bob.room.requests());
    await world.run(alice.client.close());
    await world.get(bob.room.leave());
    expect(codeOf(await world.run(admit(driving(bob), request!.id)))).toBe("leaving");
    expect(
      codeOf(
        await world.run(
          bob.room.createInvite({ label: "x", for: { class: "single" }, notAfter: null, mode: "direct" }),
        ),
      ),
    ).toBe("leaving");
    await world.get(bob.room.flushed(10_000));
    await alice.open();
    await world.until(() => bob.room.status().standing === "left");
    await world.get(alice.room.requests());
    await world.get(alice.room.admit(request!.id));
    await world.until(() => carol.room.status().standing === "member");
  });

  it("that the relay does not take away is told as it says; the person is in all the same, and it goes later", async () => {
    const world = new World();
    const [alice, bob] = await atTheDoor(world);
    const [request] = await world.get(alice.room.requests());
    const refused = refuse(world, alice, asks("deleteRequest"), { error: "rate_limited", retryAfter: 1000, times: 1 });
    expect(await world.get(alice.room.admit(request!.id))).toMatchObject({ done: true });
    await world.until(() => bob.room.status().standing === "member");
    expect(refused).toHaveLength(1);
    world.cut();
    const gone = () => world.heard.filter(asks("deleteRequest")).length;
    await world.until(() => gone() === 1);
    await world.pass(120_000);
    expect([gone(), await world.get(alice.room.requests())]).toEqual([1, []]);
  });

  it("that cannot be denied is told so, and is still there; once it is, it is gone for all", async () => {
    const world = new World();
    const [alice, bob] = await atTheDoor(world);
    const [request] = await world.get(alice.room.requests());
    refuse(world, alice, asks("answerRequest"), { error: "rate_limited", retryAfter: 1000, times: 1 });
    expect(await world.run(alice.room.denyRequest(request!.id))).toEqual({
      ok: false,
      error: { kind: "relay", error: "rate_limited", retryAfter: 1000 },
    });
    expect(alice.room.status().requests).toBe(1);
    const events: string[] = [];
    alice.room.watch(({ type }) => events.push(type));
    await world.get(alice.room.denyRequest(request!.id));
    expect([alice.room.status().requests, events.includes("changed")]).toEqual([0, true]);
    await world.until(() => bob.room.status().standing === "lost");
    expect(codeOf(await world.run(alice.room.denyRequest(request!.id)))).toBeNull();
  });

  it("of which the relay gives no list is told by its reason", async () => {
    const world = new World();
    const [alice] = await atTheDoor(world);
    refuse(world, alice, asks("listRequests"), { error: "rate_limited", retryAfter: 500, times: 1 });
    expect(await world.run(alice.room.requests())).toEqual({
      ok: false,
      error: { kind: "relay", error: "rate_limited", retryAfter: 500 },
    });
    expect((await world.get(alice.room.requests())).map(({ name }) => name)).toEqual(["Bob"]);
  });
});

describe("how long a decision takes", () => {
  it("waits for no links where it is only proposed, nor where it is refused", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await world.get(alice.room.decide({ type: "setRole", person: bob.client.person, role: "admin" }));
    await alice.invite();
    await world.get(alice.room.decide({ type: "setPolicy", policy: preset("admins:2") }));
    await world.pass(60_000);
    // From now on the relay takes no slot: links stay as they are.
    refuse(world, alice, asks("putSlot"), { error: "rate_limited", retryAfter: 60_000 });
    await world.get(alice.room.decide({ type: "rekey" }));
    let began = world.clock.now();
    expect(await world.get(alice.room.decide({ type: "seal" }))).toMatchObject({ done: false });
    expect(codeOf(await world.run(alice.room.decide(removal(alice))))).not.toBeNull();
    expect(world.clock.now() - began).toBeLessThan(1000);
    began = world.clock.now();
    expect(await world.get(alice.room.decide({ type: "setTitle", title: "Meadow" }))).toMatchObject({ done: true });
    const took = world.clock.now() - began;
    expect(took).toBeGreaterThanOrEqual(10_000);
    expect(took).toBeLessThan(12_000);
  });

  it("ends at once for all who wait, when the home is closed", async () => {
    const world = new World();
    const [alice] = await twoIn(world);
    holdCommits(world);
    const decided = Promise.all(["x", "y"].map((title) => alice.room.decide({ type: "setTitle", title })));
    await world.pass(100);
    const began = world.clock.now();
    await world.run(alice.client.close());
    expect((await world.run(decided)).map(codeOf)).toEqual(["closed", "closed"]);
    expect(world.clock.now() - began).toBeLessThan(1000);
  });
});

describe("the way back by the words", () => {
  it("is told as done by the entry that made it, when it is there already", async () => {
    const world = new World();
    const alice = world.home();
    await alice.open();
    await alice.found("Garden", "Alice");
    expect(alice.room.returning()).toBe("possible");
    const { seq } = alice.room.status();
    expect(await world.get(alice.room.prepareReturn())).toEqual({ done: true, seq: seq + 1 });
    expect(alice.room.returning()).toBe("ready");
    expect(await world.get(alice.room.prepareReturn())).toEqual({ done: true, seq: seq + 1 });
    expect(alice.room.status().seq).toBe(seq + 1);
  });
});
