import { recordDigest, type HeadReceipt, type LogItem, type RelayFrame } from "@conclave/wire";
import { describe, expect, it, vi } from "vitest";
import { granted, World, type SimulatedDevice, type Tampering } from "../../src/index.js";
import { alarmsOf, namesOf, talk } from "../hostile/view.js";

vi.setConfig({ testTimeout: 120_000 });

/** Changes the records that some are given, and what the relay signs of how many it has deleted. */
function rewriting(
  world: World,
  nodes: readonly string[],
  rewrite: (item: LogItem) => LogItem,
  isAllDeleted = true,
): Tampering {
  let newest: HeadReceipt | null = null;
  const lie = () => newest && world.relay.signHead({ ...newest, availableFrom: Number.MAX_SAFE_INTEGER });
  return {
    reply: (node, frame): readonly RelayFrame[] => {
      if (!nodes.includes(node)) return [frame];
      if (frame.type === "records") return [{ ...frame, items: frame.items.map(rewrite) }];
      if (frame.type !== "page" && frame.type !== "subscribed") return [frame];
      newest = frame.receipt?.receipt ?? newest;
      const said = { ...frame, items: frame.items.map(rewrite) };
      return [isAllDeleted ? ({ ...said, receipt: lie() ?? frame.receipt } as RelayFrame) : said];
    },
  };
}

function deleted(world: World, item: LogItem, kind = item.kind): LogItem {
  if (item.pruned) return item;
  const digest = recordDigest((data) => world.crypto.hash("sha256", data), item);
  return { n: item.n, time: item.time, pruned: true, ...digest, kind };
}

const remove = (device: SimulatedDevice) => ({ type: "remove" as const, person: device.client.person, ban: false });

describe("attacks with what is said to be deleted", () => {
  for (const [as, online] of [
    ["commit", true],
    ["commit", false],
    ["message", true],
    ["message", false],
  ] as const) {
    const whom = online ? "who is there" : "who comes back";
    it(`A110: a removal that the server calls a deleted ${as} is hidden from nobody ${whom}`, async () => {
      const world = new World({ isRelayHonest: false });
      const [alice, bob, carol] = await world.roomOf(["Alice", "Bob", "Carol"]);
      await world.pass(60_000);
      const n = world.relay.main.log(world.tagOf(alice!)).length + 1;
      if (!online) bob!.crash();
      const hide = (item: LogItem) => (item.n === n ? deleted(world, item, as) : item);
      world.relay.tamper(rewriting(world, ["Bob", "Carol"], hide));
      granted(await world.finish(alice!.room.decide(remove(carol!))));
      if (!online) await world.start(bob!);
      await world.pass(90_000);
      expect(bob!.room.status().paused).toMatchObject({ why: "alarm" });
      const codes = alarmsOf(bob!);
      expect(codes.some((code) => code === "WITHHELD" || code === "FORK")).toBe(true);
      const length = world.relay.lengthFor("Bob", world.tagOf(alice!));
      await world.write(bob!, "Carol must not read this");
      const flushed = await world.finish(bob!.room.flushed(60_000));
      expect(flushed).toMatchObject({ error: { kind: "refused", rejection: { code: "paused" } } });
      await world.pass(120_000);
      expect(world.relay.lengthFor("Bob", world.tagOf(alice!))).toBe(length);
      expect(await world.texts(carol!)).toEqual([]);
      if (as === "message") return;
      // It gives the record after all: the room goes on by itself, and what waited is sent to those who are in it.
      expect(bob!.room.status().n).toBe(n - 1);
      world.relay.tamper(null);
      await world.pass(180_000);
      expect(bob!.room.status().paused).toBeNull();
      expect(namesOf(bob!)).toEqual(["Alice", "Bob"]);
      await world.inStep([alice!, bob!]);
      expect(await world.texts(alice!)).toContain("Bob: Carol must not read this");
      expect(await world.texts(carol!)).toEqual([]);
      await talk(world, alice!, bob!);
    });
  }
  it("A110: RULE client.pruned-signed: a message is not called deleted while it is pushed, nor before a head was signed after it", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice, bob] = await world.roomOf(["Alice", "Bob"]);
    await world.pass(60_000);
    const n = world.relay.main.log(world.tagOf(alice!)).length + 1;
    const hide = (item: LogItem) => (item.n === n ? deleted(world, item) : item);
    const all = rewriting(world, ["Bob"], hide);
    let isPushed = true;
    world.relay.tamper({
      reply: (node, frame) =>
        node === "Bob" && frame.type === "records" && !isPushed ? [] : (all.reply?.(node, frame) ?? [frame]),
    });
    await world.say(alice!, "hidden");
    await world.pass(60_000);
    expect(alarmsOf(bob!)).toEqual(["WITHHELD"]);
    expect(bob!.room.status()).toMatchObject({ n: n - 1, connection: "catching up" });
    // Nor where it is not pushed at all, and said to be deleted to who asks for it on the same connection.
    world.relay.tamper(null);
    await world.pass(120_000);
    await world.inStep();
    expect(await world.texts(bob!)).toEqual(["Alice: hidden"]);
    isPushed = false;
    const next = world.relay.main.log(world.tagOf(alice!)).length + 1;
    const hideNext = rewriting(world, ["Bob"], (item) => (item.n === next ? deleted(world, item) : item));
    let isFirst = true;
    world.relay.tamper({
      reply: (node, frame) => {
        const isSkipped = node === "Bob" && frame.type === "records" && isFirst;
        if (isSkipped) isFirst = false;
        return isSkipped ? [] : (hideNext.reply?.(node, frame) ?? [frame]);
      },
    });
    await world.say(alice!, "hidden too");
    await world.say(alice!, "seen");
    await world.pass(60_000);
    expect(bob!.room.status()).toMatchObject({ n: next - 1, paused: { why: "alarm" } });
    expect(await world.texts(bob!)).toEqual(["Alice: hidden"]);
  });
  it("A110: whose keys the server refuses after a gap makes no keys of its own, until others do", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice, bob] = await world.roomOf(["Alice", "Bob"]);
    await world.pass(60_000);
    const tag = world.tagOf(alice!);
    const n = world.relay.main.log(tag).length + 1;
    bob!.crash();
    await world.say(alice!, "deleted before Bob reads it");
    const hidden = rewriting(world, ["Bob"], (item) => (item.n === n ? deleted(world, item) : item));
    const refused = new Map<string, number>();
    const error = { type: "error", error: "write_denied", retryAfter: 0, position: null } as const;
    world.relay.tamper({
      request: (node, frame) => {
        if (node !== "Bob" || frame.type !== "append" || frame.kind !== "message") return [frame];
        refused.set(node, (refused.get(node) ?? 0) + 1);
        world.relay.say("Bob", [{ ...error, id: frame.id }]);
        return [];
      },
      ...hidden,
    });
    await world.start(bob!);
    await world.until(() => bob!.room.status().connection === "live");
    await world.write(bob!, "for whom?");
    await world.pass(120_000);
    expect(refused.get("Bob")).toBeGreaterThanOrEqual(3);
    expect(alarmsOf(bob!)).toEqual(["SHUT_OUT"]);
    expect(world.relay.main.log(tag).filter(({ n: at, kind }) => at > n && kind === "commit")).toEqual([]);
    // Somebody else's new keys end it. What it signs with them would convict it of what it signed before.
    world.relay.tamper({
      reply: (_node, frame) => [frame.type === "records" ? { ...frame, receipt: null } : frame],
    });
    granted(await world.finish(alice!.room.decide({ type: "rekey" })));
    await world.inStep();
    expect(bob!.room.status().paused).toBeNull();
    await talk(world, alice!, bob!);
  });
});

describe("attacks with receipts, and with a log that is not given whole", () => {
  it("A21: RULE client.distrust: on a connection whose receipts do not hold nothing counts as sent or read to the end", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice, bob] = await world.roomOf(["Alice", "Bob"]);
    await world.pass(60_000);
    const tag = world.tagOf(alice!);
    bob!.crash();
    world.relay.tamper({
      reply: (node, frame) =>
        node === "Bob" && frame.type === "subscribed"
          ? [{ ...frame, receipt: { ...frame.receipt, signature: new Uint8Array(64) } }]
          : [frame],
    });
    await world.start(bob!);
    const paused = { error: { kind: "refused", rejection: { code: "paused", detail: "BAD_RECEIPT" } } };
    expect(await world.finish(bob!.room.synced(60_000))).toMatchObject(paused);
    await world.write(bob!, "is anybody there?");
    expect(await world.finish(bob!.room.flushed(60_000))).toMatchObject(paused);
    expect(bob!.room.status().paused).toMatchObject({ alarm: { code: "BAD_RECEIPT" } });
    const length = world.relay.lengthFor("Bob", tag);
    for (let again = 0; again < 3; again++) {
      world.network.disconnect("Bob");
      await world.pass(60_000);
    }
    expect(world.relay.lengthFor("Bob", tag)).toBe(length);
    // RULE client.one-lie: one alarm with a count, not one for each connection.
    expect(alarmsOf(bob!)).toEqual(["BAD_RECEIPT"]);
    expect(bob!.room.status().alarms[0]!.count).toBeGreaterThan(2);
    world.relay.tamper(null);
    world.network.disconnect("Bob");
    await world.inStep();
    expect(bob!.room.status().paused).toBeNull();
    await talk(world, alice!, bob!);
  });
  it("A64: nothing is sent before the log was read to the length that the server signed, also over several pages; empty ones are asked for ever more slowly", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice, bob] = await world.roomOf(["Alice", "Bob"]);
    await world.pass(60_000);
    const tag = world.tagOf(alice!);
    bob!.crash();
    for (let n = 0; n < 5; n++) await world.say(alice!, `while Bob is away ${n}`);
    const length = world.relay.lengthFor("Bob", tag);
    let asked = 0;
    world.relay.tamper({
      request: (node, frame) => {
        if (node === "Bob" && frame.type === "read") asked++;
        return [frame];
      },
      reply: (node, frame) => {
        if (node !== "Bob") return [frame];
        if (frame.type === "subscribed") return [{ ...frame, items: frame.items.slice(0, 2) }];
        return frame.type === "page" ? [{ ...frame, items: [] }] : [frame];
      },
    });
    await world.start(bob!);
    await world.write(bob!, "here I am");
    await world.pass(600_000);
    expect(bob!.room.status()).toMatchObject({ connection: "catching up", n: length - 3, pending: 1 });
    expect(world.relay.lengthFor("Bob", tag)).toBe(length);
    expect(asked).toBeGreaterThan(2);
    expect(asked).toBeLessThan(100);
    world.relay.tamper(null);
    await world.pass(120_000);
    await world.inStep();
    expect((await world.texts(alice!)).at(-1)).toBe("Bob: here I am");
  });
});
