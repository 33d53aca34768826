import { systemRandom } from "@conclave/crypto/node";
import { BlobId } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { CoreWorld } from "./coreWorld.js";
import { messageAppend, newKey, newSlot } from "./scriptedClient.js";
import { joinBy, MINUTE, rekey, room, talk } from "./probationRoom.js";
import { TokenBuckets } from "./tokenBucket.js";

const SECOND = 1000;

/** How many keys of rates are remembered by anything that `root` holds. */
function remembered(root: object): number {
  const seen = new Set<object>();
  const open: unknown[] = [root];
  let keys = 0;
  for (let each = open.pop(); each !== undefined; each = open.pop()) {
    if (typeof each !== "object" || each === null || seen.has(each) || ArrayBuffer.isView(each)) continue;
    seen.add(each);
    if (each instanceof TokenBuckets)
      keys += (each as unknown as { buckets: ReadonlyMap<string, unknown> }).buckets.size;
    const inside = each instanceof Map ? each.values() : each instanceof Set ? each : Object.values(each);
    open.push(...[...(inside as Iterable<unknown>)].map((value) => value ?? 0));
  }
  return keys;
}

/** Whether there is more to remove at once, after a tick. */
function isMore(world: CoreWorld, passed = 0): boolean {
  const more = world.core.tick((world.now += passed));
  world.flush();
  return more;
}

describe("what the relay removes by itself", () => {
  it("goes every thirty seconds, and at once while there is more", async () => {
    const world = new CoreWorld();
    const { client, roomTag } = await world.founder();
    const left = () => world.store.slots.openCount(1);
    const put = async (count: number): Promise<void> => {
      for (let n = 0; n < count; n++) await client.ask({ type: "putSlot", roomTag, slot: newSlot(), life: 1 });
    };
    expect(isMore(world)).toBe(false);
    await put(65);
    expect([isMore(world, 29_999), left()]).toEqual([false, 65]);
    expect([isMore(world, 1), left()]).toEqual([true, 1]);
    expect([isMore(world), left()]).toEqual([false, 0]);
    await put(1);
    expect([isMore(world, 29_999), left()]).toEqual([false, 1]);
    expect([isMore(world, 1), left()]).toEqual([false, 0]);
  });

  it("of files that nobody finishes, and of rooms with old messages, 64 at once", async () => {
    const world = new CoreWorld({
      retention: { uploadAge: MINUTE, maxAge: 10 * MINUTE },
      rates: { create: { burst: 99, perSecond: 1 } },
    });
    const { client, roomTag } = await world.founder();
    expect(isMore(world)).toBe(false);
    for (let n = 0; n < 64; n++)
      await client.ask({ type: "beginBlob", roomTag, blobId: BlobId.of(systemRandom(32)), size: 1 });
    expect([isMore(world, MINUTE + 1), isMore(world)]).toEqual([true, false]);
    for (let n = 0; n < 64; n++) {
      const other = await world.founder();
      await other.client.ask(messageAppend(other.roomTag));
    }
    expect(isMore(world, 9 * MINUTE)).toBe(false);
    expect(world.store.rooms.withOld(Infinity, 99)).toHaveLength(64);
    expect([isMore(world, 2 * MINUTE), isMore(world)]).toEqual([true, false]);
    expect(world.store.rooms.withOld(Infinity, 99)).toHaveLength(0);
  });

  it("messages go by age one by one, and not before", async () => {
    const world = new CoreWorld({ retention: { maxAge: 10 * MINUTE } });
    const { client, roomTag } = await world.founder();
    for (let n = 0; n < 3; n++) {
      await client.ask(messageAppend(roomTag));
      world.now += 5 * MINUTE;
    }
    const pruned = async () => {
      const page = await client.ask({ type: "read", roomTag, fromN: 1, limit: 9 });
      if (page.type !== "page") throw new Error(page.type);
      return [page.items.map((item) => item.pruned), page.receipt?.receipt.availableFrom ?? null];
    };
    world.now -= 5 * MINUTE;
    world.tick(0);
    // Nothing is older than ten minutes; and who reads a page with nothing pruned needs no receipt for what is.
    expect(await pruned()).toEqual([[false, false, false], null]);
    // The second one is ten minutes old to the ms.
    world.tick(5 * MINUTE);
    expect(await pruned()).toEqual([[true, false, false], 2]);
    world.tick(MINUTE);
    expect(await pruned()).toEqual([[true, true, false], 3]);
  });

  it("messages go by size as they come, as many as make place for what is too much", async () => {
    const world = new CoreWorld({ retention: { messageBytesPerRoom: 300 } });
    const { client, roomTag } = await world.founder();
    const availableFrom: number[] = [];
    for (let n = 0; n < 5; n++) {
      await client.ask(messageAppend(roomTag, { payload: systemRandom(100) }));
      world.flush();
      availableFrom.push(world.store.rooms.get(roomTag)!.availableFrom);
    }
    expect(availableFrom).toEqual([1, 1, 1, 2, 3]);
  });

  it("RULE session.bounded: what anybody did is forgotten when their rates are full again", async () => {
    const { world, alice, roomTag, key, slots } = await room({ quotas: { probationBytes: 0 } });
    const [thief, former, asker] = [await world.connect("thief"), await world.connect("former"), await world.connect()];
    await former.prove(roomTag, 0, key);
    const joined = await joinBy(thief, roomTag, slots[0], 0);
    await rekey(thief, roomTag, 1);
    await talk(thief, roomTag, 2);
    await thief.ask({ type: "putSlot", roomTag, slot: newSlot(), life: 60 });
    await alice.prove(roomTag, 0, key);
    await rekey(alice, roomTag, 0);
    const { n } = world.store.rooms.get(roomTag)!;
    await former.ask({
      ...messageAppend(roomTag, { lastCommit: n }),
      kind: "commit",
      nextWriteKey: newKey().publicKey,
    });
    await asker.ask({ type: "postPlea", roomTag, stays: false, blob: systemRandom(9) });
    expect(joined.answer.type).toBe("appended");
    expect(remembered(world.core)).toBeGreaterThan(10);
    world.tick(3 * 3600 * SECOND);
    expect(remembered(world.core)).toBe(0);
  });
});
