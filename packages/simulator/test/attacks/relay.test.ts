import {
  decodeRelayMessage,
  encodeClientMessage,
  encodeRelayMessage,
  VERSIONS,
  type ClientFrame,
  type LogItem,
  type LogRecord,
  type RelayFrame,
  InboxId,
} from "@conclave/wire";
import { describe, expect, it, vi } from "vitest";
import { Dice, granted, World } from "../../src/index.js";
import { alarmsOf, namesOf, stateOf, talk } from "../hostile/view.js";

vi.setConfig({ testTimeout: 240_000 });

describe("attacks with frames, junk and deliveries", () => {
  it("A80: 100,000 frames with something changed crash nobody and change nothing", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice, bob] = await world.roomOf(["Alice", "Bob"]);
    await world.invite(alice!);
    const samples: Uint8Array[] = [];
    const requests: Uint8Array[] = [];
    world.relay.tamper({
      reply: (_node, frame) => (samples.push(encodeRelayMessage([frame])), [frame]),
      request: (_node, frame) => (requests.push(encodeClientMessage([frame])), [frame]),
    });
    granted(await world.finish(alice!.room.decide({ type: "rekey" })));
    await world.say(bob!, "hello");
    for (const device of [alice!, bob!]) world.network.disconnect(device.name);
    await world.pass(60_000);
    world.relay.tamper(null);
    await world.inStep();
    expect(samples.length).toBeGreaterThan(10);
    const dice = new Dice(80);
    const mutated = (sample: Uint8Array): Uint8Array => {
      const bytes = sample.slice(0, dice.chance(20) ? dice.below(sample.length + 1) : sample.length);
      for (let n = dice.between(1, 4); n > 0 && bytes.length > 0; n--)
        bytes[dice.below(bytes.length)] = dice.below(256);
      return bytes;
    };
    // 50,000 for the client's reader, 50,000 for the relay's core, and some for a whole client that is live.
    let unreadable = 0;
    for (let n = 0; n < 50_000; n++) if (!decodeRelayMessage(mutated(dice.pick(samples)), 8 << 20).ok) unreadable++;
    expect(unreadable).toBeGreaterThan(10_000);
    const { core } = world.relay.main;
    const room = world.relay.main.store.rooms.get(world.tagOf(alice!));
    for (let n = 0; n < 50_000; n++) {
      if (n % 8 === 0) core.open(-9, "fuzz", world.timeline.now + n);
      core.receive(-9, encodeClientMessage([{ type: "hello", versions: VERSIONS }]), world.timeline.now + n);
      core.receive(-9, mutated(dice.pick(requests)), world.timeline.now + n);
      if (n % 8 === 7) core.close(-9);
      core.commit();
    }
    core.close(-9);
    expect(world.relay.main.store.rooms.get(world.tagOf(alice!))).toEqual(room);
    const before = [stateOf(world, alice!), stateOf(world, bob!)];
    world.relay.tamper({
      bytes: (node, message) => (node === "Bob" && dice.chance(50) ? mutated(message) : message),
    });
    for (let round = 0; round < 60; round++) {
      world.network.disconnect("Bob");
      world.relay.say("Bob", [{ type: "requestsChanged", roomTag: world.tagOf(alice!) }]);
      await world.pass(20_000);
    }
    world.relay.tamper(null);
    world.network.disconnect("Bob");
    await world.pass(180_000);
    const after = [stateOf(world, alice!), stateOf(world, bob!)];
    expect(after[0]).toEqual(before[0]);
    // Bob may have been shown receipts that do not hold, and records that are junk; he is where he was.
    const { paused: _, ...his } = after[1] as Record<string, unknown>;
    expect(before[1]).toMatchObject(his);
  });
  it("A85: hundreds of junk records cost a decryption at most, are told as one alarm, and the room goes on", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice, bob] = await world.roomOf(["Alice", "Bob"]);
    const tag = world.tagOf(alice!);
    const before = [stateOf(world, alice!), stateOf(world, bob!)];
    const start = performance.now();
    for (let n = 0; n < 300; n++) {
      world.relay.inject(tag, { kind: n % 2 === 0 ? "commit" : "message", payload: world.dice.random(300 + n) });
    }
    await world.inStep();
    await world.pass(1000);
    expect(performance.now() - start).toBeLessThan(20_000);
    expect([stateOf(world, alice!), stateOf(world, bob!)]).toMatchObject(before.map(({ ...state }) => state));
    expect(alarmsOf(alice!)).toEqual(["JUNK malformed"]);
    expect(alice!.room.status().alarms[0]!.count).toBeGreaterThanOrEqual(150);
    granted(await world.finish(alice!.room.decide({ type: "rekey" })));
    await talk(world, alice!, bob!);
    // The relay knows them again once whoever wrote the junk has been away for a while.
    await world.pass(11 * 60_000);
    const { link } = await world.invite(alice!);
    const carol = await world.device("Carol");
    await world.join(carol, link);
    await talk(world, carol, bob!);
  });
  it("A97: the admission of a commit that lost its race lets nobody in, delivered or not", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice, bob] = await world.roomOf(["Alice", "Bob"]);
    granted(await world.finish(alice!.room.decide({ type: "setRole", person: bob!.client.person, role: "owner" })));
    const { link } = await world.invite(alice!, { mode: "ask" });
    await world.inStep();
    const carol = await world.device("Carol");
    const invited = granted(await world.finish(carol.client.previewInvite(link)));
    granted(await world.finish(invited.accept("Carol")));
    const lost: { inboxId: InboxId; blob: Uint8Array }[] = [];
    let isRace = true;
    // Alice's admission is kept from the log; the relay takes Bob's rekey first, and delivers Alice's admission all the same.
    world.relay.tamper({
      request: (node, frame: ClientFrame) => {
        if (!isRace || node !== "Alice" || frame.type !== "append" || frame.deliveries.length === 0) return [frame];
        lost.push(...frame.deliveries);
        return [];
      },
    });
    const [request] = granted(await world.finish(alice!.room.requests()));
    const admission = alice!.room.admit(request!.id);
    await world.until(() => lost.length > 0);
    granted(await world.finish(bob!.room.decide({ type: "rekey" })));
    for (const { inboxId, blob } of lost) {
      const tag = world.tagOf(alice!);
      world.relay.main.store.inboxes.add(inboxId, { roomTag: tag, n: 1, blob }, world.timeline.now, 99);
      world.relay.say("Carol", [{ type: "inboxChanged", inboxId }]);
    }
    await world.pass(20_000);
    expect(carol.room.status().standing).not.toBe("member");
    expect(carol.room.roomCode()).toBeNull();
    expect(namesOf(bob!)).toEqual(["Alice", "Bob"]);
    isRace = false;
    void admission;
    await world.pass(60_000);
    for (const device of [alice!, bob!]) expect(new Set(namesOf(device)).size).toBe(namesOf(device).length);
    if (carol.room.status().standing === "member") {
      expect(namesOf(bob!)).toEqual(["Alice", "Bob", "Carol"]);
      expect(carol.room.roomCode()).toBe(alice!.room.roomCode());
    }
    await talk(world, alice!, bob!);
  });
  it("A98: nobody is drawn into a room that they did not ask for", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice] = await world.roomOf(["Alice"]);
    const { link } = await world.invite(alice!, { mode: "ask" });
    const admitted: RelayFrame[] = [];
    world.relay.tamper({
      reply: (_node, frame) => {
        if (frame.type === "inbox" || frame.type === "inboxChanged") admitted.push(frame);
        return [frame];
      },
    });
    const carol = await world.device("Carol");
    granted(await world.finish(granted(await world.finish(carol.client.previewInvite(link))).accept("Carol")));
    const [request] = granted(await world.finish(alice!.room.requests()));
    granted(await world.finish(alice!.room.admit(request!.id)));
    await world.until(() => carol.room.status().standing === "member");
    world.relay.tamper(null);
    // Bob is in a room of his own, and gets Carol's admission, pushes of all kinds, and another room's records.
    const bob = await world.device("Bob");
    await world.found(bob);
    await world.pass(20_000);
    const records = new Map(bob.disk.records);
    const rooms = bob.client.rooms().length;
    const pushes = admitted.filter(({ type }) => type === "inboxChanged");
    expect(admitted.length).toBeGreaterThan(0);
    world.relay.say("Bob", [
      ...pushes,
      { type: "inboxChanged", inboxId: InboxId.of(world.dice.random(32)) },
      {
        type: "records",
        roomTag: world.tagOf(alice!),
        items: world.relay.main.log(world.tagOf(alice!)).filter(isWhole),
        receipt: null,
      },
      { type: "requestsChanged", roomTag: world.tagOf(alice!) },
    ]);
    await world.pass(20_000);
    expect(bob.client.rooms()).toHaveLength(rooms);
    expect(bob.disk.records).toEqual(records);
    // Nor does an answer that he never asked for: it ends the connection, and he comes back.
    world.relay.say(
      "Bob",
      admitted.filter(({ type }) => type === "inbox"),
    );
    await world.pass(60_000);
    expect(bob.client.rooms()).toHaveLength(rooms);
    expect(bob.room.status().connection).toBe("live");
  });
});

function isWhole(item: LogItem): item is LogRecord {
  return !item.pruned;
}
