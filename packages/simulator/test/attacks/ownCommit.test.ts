import { type ClientFrame, SlotId } from "@conclave/wire";
import { describe, expect, it, vi } from "vitest";
import { granted, World } from "../../src/index.js";
import { alarmsOf, namesOf, talk } from "../hostile/view.js";

vi.setConfig({ testTimeout: 120_000 });

type Commit = Extract<ClientFrame, { type: "append" }>;

/** Keeps a device's commits from the relay's log, and answers each with `error`. Gives what was kept. */
function refuse(world: World, device: string, error: "stale_epoch" | "rate_limited"): Commit[] {
  const kept: Commit[] = [];
  const roomOf = (frame: Commit) => world.relay.main.store.rooms.get(frame.roomTag)!;
  world.relay.tamper({
    request: (node, frame) => {
      if (node !== device || frame.type !== "append" || frame.kind !== "commit") return [frame];
      kept.push(frame);
      const { n, lastCommit, epoch } = roomOf(frame);
      const position = { n, lastCommit, epoch };
      setImmediate(() => {
        world.relay.say(device, [{ type: "error", id: frame.id, error, retryAfter: 0, position }]);
      });
      return [];
    },
  });
  return kept;
}

/** Brings a commit that the relay has kept into the log after all, in place of what the device appends next. */
function bringIn(world: World, device: string, kept: Commit): void {
  world.relay.tamper({
    request: (node, frame) => {
      if (node !== device || frame.type !== "append") return [frame];
      world.relay.tamper(null);
      const { lastCommit } = world.relay.main.store.rooms.get(frame.roomTag)!;
      return [{ ...kept, id: frame.id, lastCommit }];
    },
  });
}

describe("a relay that refuses what it then brings into the log", () => {
  it("A103: a decision that it refused until it was given up binds its author too, who goes on with the others", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice, bob, carol] = await world.roomOf(["Alice", "Bob", "Carol"]);
    await world.pass(10_000);
    const kept = refuse(world, "Alice", "rate_limited");
    const removal = { type: "remove" as const, person: carol!.client.person, ban: false };
    expect(await world.finish(alice!.room.decide(removal))).toMatchObject({ ok: false, error: { kind: "relay" } });
    expect(kept.length).toBeGreaterThan(2);
    alice!.crash();
    await world.start(alice!);
    world.relay.inject(world.tagOf(alice!), { kind: "commit", payload: world.dice.random(300) });
    await world.pass(500);
    bringIn(world, "Alice", kept[0]!);
    await world.say(alice!, "is anything wrong?");
    await world.inStep([alice!, bob!]);
    expect(namesOf(alice!)).toEqual(["Alice", "Bob"]);
    expect(alice!.room.roomCode()).toBe(bob!.room.roomCode());
    expect(alarmsOf(alice!)).toEqual(["JUNK malformed"]);
    await talk(world, alice!, bob!);
  });

  it("A103: a join that it called stale and brings in behind the junk that it put in counts for nobody; the next one does", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice, bob] = await world.roomOf(["Alice", "Bob"]);
    const { link } = await world.invite(alice!);
    await world.inStep();
    const carol = await world.device("Carol");
    const invited = granted(await world.finish(carol.client.previewInvite(link)));
    const kept = refuse(world, "Carol", "stale_epoch");
    const joining = invited.accept("Carol");
    await world.pass(1000);
    expect(kept).toHaveLength(1);
    const { ground } = kept[0]!;
    const slotId = ground.by === "slot" ? ground.slotId : SlotId.of(new Uint8Array(32));
    world.relay.inject(world.tagOf(alice!), { kind: "commit", payload: world.dice.random(300), slotId });
    await world.until(() => kept.length > 1);
    expect(kept[1]!.lastCommit).toBeGreaterThan(kept[0]!.lastCommit);
    bringIn(world, "Carol", kept[0]!);
    world.network.disconnect("Carol");
    granted(await world.finish(joining));
    await world.inStep([alice!, bob!, carol]);
    for (const device of [alice!, bob!, carol]) expect(namesOf(device)).toEqual(["Alice", "Bob", "Carol"]);
    expect(carol.room.roomCode()).toBe(bob!.room.roomCode());
    await talk(world, carol, bob!);
  });

  it("A85: junk in a member's name closes the room to nobody who has a link, though no member writes anything", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice, bob] = await world.roomOf(["Alice", "Bob"]);
    const { link } = await world.invite(alice!);
    await world.inStep();
    await world.pass(10_000);
    world.relay.inject(world.tagOf(alice!), { kind: "commit", payload: world.dice.random(300) });
    await world.pass(120_000);
    const carol = await world.device("Carol");
    await world.join(carol, link);
    await world.inStep([alice!, bob!, carol]);
    expect(namesOf(bob!)).toEqual(["Alice", "Bob", "Carol"]);
  });
});
