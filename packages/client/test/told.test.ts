import { utf8Bytes } from "@conclave/codec";
import { preset } from "@conclave/protocol";
import type { SessionEvent } from "@conclave/client";
import { describe, expect, it } from "vitest";
import { driving, holdCommits } from "./scripted.js";
import { type Home, twoIn, World } from "./world.js";

const MINUTE = 60_000;

/** What a screen is told of a room, in short; without that something changed, but for how often. */
class Screen {
  private events: SessionEvent[] = [];

  constructor(home: Home) {
    home.room.watch((event) => this.events.push(event));
  }

  /** What was told since the last time. */
  take(): string[] {
    const all = this.events.flatMap((event) => {
      switch (event.type) {
        case "item":
          return `item ${event.item.kind}${event.item.kind === "message" ? ` ${event.item.message.state}` : ""}`;
        case "alarm":
          return `alarm ${event.alarm.code}`;
        case "standing":
          return `standing ${event.standing}`;
        case "gone":
          return `gone ${event.decision.action.type} by ${event.decision.by.name}`;
        case "changed":
          return [];
        default:
          return event.type;
      }
    });
    this.events = [];
    return all;
  }

  /** Whether it was told to read again. */
  get isStale(): boolean {
    return this.events.some(({ type }) => type === "changed");
  }
}

/** Alice, who owns the room, Bob, who is an admin, and Carol; two of the first two decide. */
async function council(world: World, ...admins: "Carol"[]): Promise<[Home, Home, Home]> {
  const [alice, bob] = await twoIn(world);
  const carol = world.home();
  await carol.open();
  await carol.join(await alice.invite(), "Carol");
  await world.until(() => carol.room.status().isConfirmed);
  for (const { person, name } of alice.room.members())
    if (name === "Bob" || admins.includes(name as "Carol"))
      await world.get(alice.room.decide({ type: "setRole", person, role: "admin" }));
  await world.get(alice.room.decide({ type: "setPolicy", policy: preset("admins:2") }));
  await world.pass(2 * MINUTE);
  return [alice, bob, carol];
}

async function inStep(world: World, ...homes: Home[]): Promise<void> {
  for (const { room } of homes) await world.get(room.flushed(MINUTE));
  await world.until(() => new Set(homes.map(({ room }) => room.status().n)).size === 1);
}

describe("what a screen is told", () => {
  it("of a message, when it is written, and when it is in the log; of what others do to it, that it changed", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await world.pass(MINUTE);
    const [mine, theirs] = [new Screen(alice), new Screen(bob)];
    const { id } = await world.get(alice.room.send("hello"));
    expect(mine.take()).toEqual(["item message pending"]);
    await inStep(world, alice, bob);
    expect([mine.take(), theirs.take()]).toEqual([["item message sent"], ["item message sent"]]);
    await world.get(bob.room.react(id, "👍"));
    expect(theirs.take()).toEqual(["amended"]);
    await inStep(world, bob, alice);
    expect([mine.take(), theirs.take()]).toEqual([["amended"], ["amended"]]);
  });

  it("of a decision, its line, with everybody who is in the room; of new keys, that what is shown changed, and no line", async () => {
    const world = new World();
    const [alice, bob, carol] = await council(world);
    const screens = [alice, bob, carol].map((home) => new Screen(home));
    await world.get(alice.room.decide({ type: "setTitle", title: "Meadow" }));
    await inStep(world, alice, bob, carol);
    for (const screen of screens) expect([screen.isStale, screen.take()]).toEqual([true, ["item decision"]]);
    await world.get(bob.room.decide({ type: "rekey" }));
    await inStep(world, alice, bob, carol);
    for (const screen of screens) expect(screen.take()).toEqual([]);
    const kinds = (await world.run(carol.room.timeline({ limit: 100 }))).map(({ kind }) => kind);
    expect(kinds.at(-1)).toBe("decision");
  });

  it("of a proposal: its line when it is in the log, that yeses and noes came, and the line again with what became of it", async () => {
    const world = new World();
    const [alice, bob, carol] = await council(world);
    const screens = [alice, bob, carol].map((home) => new Screen(home));
    const took = () => screens.map((screen) => screen.take());
    const ending = async (home: Home) => {
      const items = await world.run(home.room.timeline({ limit: 100 }));
      return items.flatMap((item) => (item.kind === "proposal" ? [item.proposal.ending] : []));
    };
    await world.get(alice.room.decide({ type: "seal" }));
    await inStep(world, alice, bob, carol);
    expect(took()).toEqual([["item proposal"], ["item proposal"], ["item proposal"]]);
    for (const home of [alice, bob, carol]) expect(await ending(home)).toEqual([null]);
    const { actionHash } = bob.room.proposals()[0]!;
    await world.get(bob.room.declineProposal(actionHash));
    for (const screen of screens) screen.take();
    await inStep(world, bob, alice, carol);
    expect(carol.room.proposals()[0]!.declinedBy.map(({ name }) => name)).toEqual(["Bob"]);
    // Who asked takes it back.
    await world.get(alice.room.withdrawProposal(actionHash));
    await inStep(world, alice, bob, carol);
    expect(took()).toEqual([["item proposal"], ["item proposal"], ["item proposal"]]);
    for (const home of [alice, bob, carol]) {
      expect(await ending(home)).toEqual(["withdrawn"]);
      expect(home.room.proposals()).toEqual([]);
    }
    // Asked for again it is another line, which ends as done.
    await world.get(alice.room.decide({ type: "seal" }));
    await inStep(world, alice, bob, carol);
    await world.get(bob.room.approve(bob.room.proposals()[0]!.actionHash));
    await world.until(() => carol.room.isSealed());
    await inStep(world, alice, bob, carol);
    for (const home of [alice, bob, carol]) expect(await ending(home)).toEqual(["withdrawn", "done"]);
    for (const all of took()) expect(all.toSorted()).toEqual(["item decision", "item proposal", "item proposal"]);
  });

  it("of a proposal whose author goes: that it is void, and what the others propose stays", async () => {
    const world = new World();
    const [alice, bob, carol] = await council(world, "Carol");
    const options = { for: { class: "single" }, notAfter: null, mode: "direct" } as const;
    for (const { room } of [bob, carol]) await world.get(room.createInvite({ label: "link", ...options }));
    await inStep(world, carol, bob, alice);
    expect(
      alice.room
        .proposals()
        .map(({ by }) => by.name)
        .toSorted(),
    ).toEqual(["Bob", "Carol"]);
    const screen = new Screen(alice);
    await world.get(carol.room.leave());
    await world.until(() => carol.room.status().standing === "left");
    await inStep(world, alice, bob);
    expect(alice.room.proposals().map(({ by }) => by.name)).toEqual(["Bob"]);
    const items = await world.run(alice.room.timeline({ limit: 100 }));
    const endings = items.flatMap((item) =>
      item.kind === "proposal" ? [`${item.proposal.by.name} ${String(item.proposal.ending)}`] : [],
    );
    expect(endings.toSorted()).toEqual(["Bob null", "Carol void"]);
    expect(screen.take().toSorted()).toEqual(["item decision", "item proposal"]);
  });

  it("of who goes: them, that they are gone and by whom, with what waited to be sent; the others, a line", async () => {
    const world = new World();
    const [alice, bob, carol] = await council(world);
    await world.get(alice.room.decide({ type: "setPolicy", policy: preset("owner") }));
    await inStep(world, alice, bob, carol);
    await world.get(bob.room.approve(bob.room.proposals()[0]!.actionHash));
    await inStep(world, alice, bob, carol);
    const screens = [alice, bob, carol].map((home) => new Screen(home));
    // What Carol writes does not get through.
    world.beforeFrames = (home, frames) =>
      home === carol && frames.some(({ type }) => type === "append") ? new Promise<void>(() => undefined) : undefined;
    await world.get(carol.room.send("late"));
    expect(carol.room.status().pending).toBe(1);
    screens[2]!.take();
    await world.get(alice.room.decide({ type: "remove", person: carol.client.person, ban: true }));
    await world.until(() => carol.room.status().standing === "removed");
    await inStep(world, alice, bob);
    expect(screens[1]!.take()).toEqual(["item decision"]);
    expect(screens[2]!.take().toSorted()).toEqual(["gone remove by Alice", "item decision", "standing removed"]);
    expect([carol.room.status().pending, await carol.texts()]).toEqual([0, []]);
    expect(kindOf(await world.run(carol.room.flushed(1000)))).toBe("not_member");
  });

  it("of a farewell: nobody but its author until it is carried out; then that they left", async () => {
    const world = new World();
    const [alice, bob, carol] = await council(world);
    const release = holdCommits(world);
    const screens = [alice, bob, carol].map((home) => new Screen(home));
    await world.get(carol.room.leave());
    expect(screens[2]!.isStale).toBe(true);
    await inStep(world, carol, alice, bob);
    expect(screens.map((screen) => screen.take())).toEqual([[], [], []]);
    await world.get(carol.room.stay());
    await inStep(world, carol, alice, bob);
    expect(screens.map((screen) => screen.isStale)).toEqual([true, true, true]);
    release();
    await world.pass(5 * MINUTE);
    expect(alice.room.members()).toHaveLength(3);
    await world.get(carol.room.leave());
    await world.until(() => carol.room.status().standing === "left");
    const { by } = carol.room.decisions().at(-1)!;
    expect(screens[2]!.take().toSorted()).toEqual([`gone leave by ${by.name}`, "item decision", "standing left"]);
  });

  it("of who is let in: them, the decision that let them in at its place; of who never came, that they are awaited until they speak", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const carol = world.home();
    await carol.open();
    await carol.join(await alice.invite("ask"), "Carol");
    await world.until(() => alice.room.status().requests === 1);

    await world.run(carol.client.close());
    const [request] = await world.get(alice.room.requests());
    await world.get(alice.room.admit(request!.id));
    await inStep(world, alice, bob);
    const has = (home: Home) => driving(home).state.unheard.has(carol.client.person);
    expect([has(alice), has(bob)]).toEqual([true, true]);
    // Kept over a restart.
    await world.run(bob.client.close());
    await bob.open();
    expect(has(bob)).toBe(true);
    await carol.open();
    await world.until(() => carol.room.status().standing === "member");
    await inStep(world, carol, alice, bob);
    expect([has(alice), has(bob)]).toEqual([false, false]);
    const lines = (await world.run(carol.room.timeline({ limit: 100 }))).filter(({ kind }) => kind === "decision");
    expect(lines.map(({ n }) => n > 0)).toEqual([true]);
    expect(lines[0]).toMatchObject({ decision: { action: { type: "add" }, by: { name: "Alice" } } });
  });

  it("of who came and was taken out unheard, nothing stays awaited", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const carol = world.home();
    await carol.open();
    await carol.join(await alice.invite("ask"), "Carol");
    await world.until(() => alice.room.status().requests === 1);
    await world.run(carol.client.close());
    const [request] = await world.get(alice.room.requests());
    await world.get(alice.room.admit(request!.id));
    await world.get(alice.room.decide({ type: "remove", person: carol.client.person, ban: false }));
    await inStep(world, alice, bob);
    for (const home of [alice, bob]) expect(driving(home).state.unheard.has(carol.client.person)).toBe(false);
  });

  it("of a yes that came as a file, that something changed, where it was said and where it was read", async () => {
    const world = new World();
    const [alice, bob, carol] = await council(world);
    await world.get(alice.room.decide({ type: "seal" }));
    await inStep(world, alice, bob, carol);
    // Nothing of Bob's gets through.
    world.beforeFrames = (home, frames) =>
      home === bob && frames.some(({ type }) => type === "append") ? new Promise<void>(() => undefined) : undefined;
    const [his, hers] = [new Screen(bob), new Screen(carol)];
    const letter = await world.get(bob.room.exportApproval(bob.room.proposals()[0]!.actionHash));
    expect(his.isStale).toBe(true);
    expect(hers.isStale).toBe(false);
    expect(await world.get(carol.room.importApproval(letter))).toMatchObject({
      by: { name: "Bob" },
      progress: { done: false, have: 2, need: 2 },
    });
    expect(hers.isStale).toBe(true);
    expect(
      carol.room
        .proposals()[0]!
        .approvedBy.map(({ name }) => name)
        .toSorted(),
    ).toEqual(["Alice", "Bob"]);
  });

  it("of a program's own kind of message, as it was said", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await world.get(alice.room.post({ kind: "poll", body: utf8Bytes("tea?") }));
    await inStep(world, alice, bob);
    const items = await world.run(bob.room.timeline({ limit: 100 }));
    const said = items.flatMap((item) => (item.kind === "message" ? [item.message] : []));
    expect(said).toMatchObject([{ kind: "poll", body: utf8Bytes("tea?"), author: { name: "Alice" }, state: "sent" }]);
    // It is no text that could name somebody.
    expect(bob.room.status()).toMatchObject({ unread: 1, mentions: 0 });
  });
});

function kindOf(result: { ok: boolean; error?: { kind: string } }): string | null {
  return result.ok ? null : result.error!.kind;
}
