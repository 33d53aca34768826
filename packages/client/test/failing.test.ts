import type { Problem, RoomSession, SessionEvent } from "@conclave/client";
import type { Result } from "@conclave/codec";
import { preset } from "@conclave/protocol";
import { describe, expect, it } from "vitest";
import { driving } from "./scripted.js";
import { type Home, twoIn, World } from "./world.js";

const invite = { label: "link", for: { class: "multi", limit: 3 }, notAfter: null, mode: "direct" } as const;

/** What a person does in a room that is kept before anything comes of it. */
const DONE: Record<string, (room: RoomSession, world: World) => Promise<Result<unknown, Problem>>> = {
  send: (room) => room.send("hello"),
  edit: async (room, world) => {
    const [item] = (await world.run(room.timeline())).filter(({ kind }) => kind === "message");
    return item?.kind === "message" ? room.edit(item.message.id, "other") : room.send("");
  },
  "take back": async (room, world) => {
    const [item] = (await world.run(room.timeline())).filter(({ kind }) => kind === "message");
    return item?.kind === "message" ? room.remove(item.message.id) : room.send("");
  },
  decide: (room) => room.decide({ type: "setTitle", title: "Meadow" }),
  "make new keys": (room) => room.decide({ type: "rekey" }),
  "make a link": (room) => room.createInvite(invite),
  leave: (room) => room.leave(),
  "look at an alarm": (room) => room.acknowledge(1),
  "say yes by a file": (room) => room.exportApproval(room.proposals()[0]!.actionHash),
  "say yes": (room) => room.approve(room.proposals()[0]!.actionHash),
  "say no": (room) => room.declineProposal(room.proposals()[0]!.actionHash),
};

describe("a disk that fails", () => {
  it.each(Object.keys(DONE))(
    "when somebody would %s: they are told that nobody knows whether it was kept, and nothing leaves; then that the room is closed",
    async (name) => {
      const world = new World();
      const [alice, bob] = await twoIn(world);
      await world.get(alice.room.decide({ type: "setRole", person: bob.client.person, role: "owner" }));
      await world.get(alice.room.decide({ type: "setPolicy", policy: preset("admins:2") }));
      await world.get(bob.room.decide({ type: "setRole", person: bob.client.person, role: "admin" }));
      await world.until(() => alice.room.proposals().length === 1);
      await world.get(alice.room.send("before"));
      await world.pass(60_000);
      await world.run(alice.client.close());
      let isBroken = false;
      await alice.open(() => (isBroken ? "fail" : "commit"));
      await world.until(() => alice.room.status().connection === "live");
      const { state } = driving(alice);
      await world.run(
        state.transact((tx) => {
          state.raise(tx, { code: "JUNK", person: null, rejection: null, evidence: "00" });
        }),
      );
      await world.pass(10_000);
      const events: SessionEvent["type"][] = [];
      isBroken = true;
      // Who waits for a decision is told with all others who wait for something.
      const kind = name === "decide" || name === "make new keys" ? "closed" : "unsure";
      alice.room.watch(({ type }) => events.push(type));
      const before = world.heard.length;
      expect(await world.run(DONE[name]!(alice.room, world))).toEqual({ ok: false, error: { kind } });
      expect(new Set(events)).toEqual(new Set(["changed"]));
      await world.pass(60_000);
      const written = world.heard.slice(before).filter(({ type }) => type === "append" || type === "putSlot");
      expect(written).toEqual([]);
      expect(alice.room.status()).toMatchObject({ paused: { why: "failed" }, connection: "offline" });
      expect(await world.run(DONE[name]!(alice.room, world))).toEqual({ ok: false, error: { kind: "closed" } });
      // What was done is as if it had not been, after the next start.
      isBroken = false;
      await world.run(alice.client.close());
      await alice.open();
      await world.until(() => alice.room.status().connection === "live");
      expect([await alice.texts(), alice.room.title, alice.room.invites().length]).toEqual([
        ["Alice: before"],
        "Garden",
        1,
      ]);
      expect(alice.room.status()).toMatchObject({ isLeaving: false, alarms: [{ code: "JUNK" }] });
    },
  );
});

describe("what a person has done in a room, and nobody else sees", () => {
  it("is told to whoever shows it", async () => {
    const world = new World();
    const [alice] = await twoIn(world);
    const { state } = driving(alice);
    await world.run(
      state.transact((tx) => {
        state.raise(tx, { code: "JUNK", person: null, rejection: null, evidence: "00" });
      }),
    );
    const events: string[] = [];
    alice.room.watch(({ type }) => events.push(type));
    const told = async (did: Promise<unknown>) => {
      events.length = 0;
      await world.run(did);
      return events.join();
    };
    expect(await told(alice.room.acknowledge(1))).toBe("changed");
    expect(alice.room.status().alarms).toEqual([]);
    expect(await told(alice.room.resume())).toBe("changed");
    expect(await told(alice.room.setDraft("hel"))).toBe("changed");
    expect(await told(alice.room.setDraft(""))).toBe("changed");
    expect(alice.disk.records.has(state.keys.draft)).toBe(false);
    expect(await told(alice.room.markRead(1))).toBe("changed");
    expect(await told(alice.room.mute(true))).toBe("changed");
  });
});

describe("a process that ends soon", () => {
  it("waits for nothing where nothing can be sent: without a relay, in a room that is paused, or that it only reads", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const carol = world.home();
    await carol.open();
    const link = await alice.invite();
    await world.pass(120_000);
    for (const home of [alice, bob]) await world.run(home.client.close());
    // New keys are owed for her.
    await carol.join(link, "Carol");
    await world.run(carol.client.close());
    const took = async (home: Home) => {
      const began = world.clock.now();
      const settled = await world.run(home.room.settle(20_000));
      return [world.clock.now() - began, settled.hasRekeyed];
    };
    await bob.open();
    driving(bob).state.onlyReads = true;
    await world.get(bob.room.synced(10_000));
    expect(await took(bob)).toEqual([0, false]);
    world.isDown = true;
    world.cut();
    await alice.open();
    await world.pass(100);
    expect(await took(alice)).toEqual([0, false]);
    world.isDown = false;
    await world.get(alice.room.synced(30_000));
    expect((await took(alice))[1]).toBe(true);
  });
});
