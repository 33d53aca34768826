import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { openDatabase } from "@conclave/sqlite";
import { inboxIdOf, RoomTag } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { MemoryStore } from "../store/memory/memoryStore.js";
import { SqliteStore } from "../store/sqlite/sqliteStore.js";
import { CoreWorld } from "./coreWorld.js";
import { isOwn, joinBy, MINUTE, place, rekey, room } from "./probationRoom.js";
import { commitAppend, messageAppend, newKey } from "./scriptedClient.js";

const error = (code: string) => ({ type: "error", error: code });

describe("rooms", () => {
  it("a room that is made again costs nothing of what an address may make", async () => {
    const world = new CoreWorld({ rates: { create: { burst: 1, perSecond: 0.001 } } });
    const client = await world.connect();
    const [roomTag, writeKey, attachment] = [RoomTag.of(systemRandom(32)), systemRandom(32), systemRandom(4)];
    const create = { type: "createRoom" as const, roomTag, writeKey, attachment, permit: new Uint8Array() };
    for (let n = 0; n < 3; n++) expect(await client.ask(create)).toMatchObject({ type: "created" });
    const another = { ...create, roomTag: RoomTag.of(systemRandom(32)) };
    expect(await client.ask(another)).toMatchObject(error("rate_limited"));
  });

  it("a store that has no space for another one says so, and the rooms that are there go on", async () => {
    const world = new CoreWorld();
    const { client, roomTag } = await world.founder();
    world.store.rooms.add = () => null;
    const create = { type: "createRoom" as const, roomTag: RoomTag.of(systemRandom(32)), writeKey: systemRandom(32) };
    const answer = await client.ask({ ...create, attachment: new Uint8Array(), permit: new Uint8Array() });
    expect(answer).toMatchObject(error("quota_exceeded"));
    expect(await client.ask(messageAppend(roomTag))).toMatchObject({ n: 1 });
  });
});

describe("reading", () => {
  it.each([
    ["in memory", () => new MemoryStore()],
    ["on a file", () => new SqliteStore(openDatabase(":memory:"))],
  ])("beyond the end, and of nothing, is nothing: %s", async (_name, store) => {
    const world = new CoreWorld({}, store());
    const { client, roomTag } = await world.founder();
    const other = await world.founder();
    await client.ask(messageAppend(roomTag));
    await other.client.ask(messageAppend(other.roomTag));
    for (const [fromN, limit] of [
      [2, 9],
      [2 ** 32, 9],
      [Number.MAX_SAFE_INTEGER, 9],
      [1, 0],
    ] as const) {
      const page = await client.ask({ type: "read", roomTag, fromN, limit });
      expect(page).toMatchObject({ type: "page", items: [], n: 1, receipt: null });
    }
    expect(await client.ask({ type: "read", roomTag, fromN: 0, limit: 1 })).toMatchObject({ items: [{ n: 1 }] });
  });
});

describe("subscriptions", () => {
  it("RULE session.bounded: one connection has only so many; one that it has it may make again, or end", async () => {
    const world = new CoreWorld({ limits: { subscriptions: 2 } });
    const rooms = [await world.founder(), await world.founder(), await world.founder()];
    const reader = await world.connect();
    const subscribe = async (at: number): Promise<string> => {
      const answer = await reader.ask({ type: "subscribe", roomTag: rooms[at]!.roomTag, fromN: 1 });
      return answer.type === "error" ? answer.error : answer.type;
    };
    const unsubscribe = (at: number) => reader.ask({ type: "unsubscribe", roomTag: rooms[at]!.roomTag });
    // Who has none can end it: nothing happens.
    expect(await unsubscribe(0)).toMatchObject({ type: "done" });
    const answers: string[] = [];
    for (const at of [0, 1, 2, 1]) answers.push(await subscribe(at));
    expect(answers).toEqual(["subscribed", "subscribed", "quota_exceeded", "subscribed"]);
    await unsubscribe(0);
    expect(await subscribe(2)).toBe("subscribed");
    for (const { client, roomTag } of rooms) await client.ask(messageAppend(roomTag));
    expect(reader.pushes.map((push) => push.type === "records" && push.roomTag)).toEqual([
      rooms[1]!.roomTag,
      rooms[2]!.roomTag,
    ]);
  });

  it("end with their connection", async () => {
    const world = new CoreWorld();
    const { client, roomTag } = await world.founder();
    const { connection, client: reader } = world.connectRaw();
    await reader.hello();
    await reader.ask({ type: "subscribe", roomTag, fromN: 1 });
    world.core.close(connection);
    world.batching = true;
    void client.ask(messageAppend(roomTag));
    expect(world.core.commit().map(({ kind }) => kind)).toEqual(["send"]);
    // What is said of a connection that is gone changes nothing, but that its pushes are dropped no longer.
    world.core.close(connection);
    world.core.lag(connection, roomTag);
    world.core.receive(connection, systemRandom(40), world.now);
    expect(world.core.commit()).toEqual([{ kind: "lagEnded", connection, roomTag }]);
  });
});

describe("a member who vouches for somebody", () => {
  /** Junk by a link, so much of it that the relay no longer knows the key of whoever joined first. */
  async function crowdedOut() {
    const scene = await room();
    const { world, roomTag, slots } = scene;
    const bob = await world.connect("bob");
    const joined = await joinBy(bob, roomTag, slots[0], 0);
    // Bob has gone on; what he came with is no longer the newest of his.
    const second = await rekey(bob, roomTag, 1);
    const thief = await world.connect("thief");
    for (let n = 0; n < 40; n++) {
      world.now += MINUTE;
      await joinBy(thief, roomTag, slots[0], 0);
    }
    const keys = world.store.rooms.get(roomTag)!.writeKeys;
    expect(keys.some(({ n }) => n === joined.n)).toBe(false);
    return { ...scene, bob, joined, second };
  }

  it("RULE writeKey.vouched: does so with a key that junk has crowded out, and only a member, with the key of that epoch", async () => {
    const { world, alice, roomTag, bob, joined } = await crowdedOut();
    expect(await isOwn(bob, roomTag)).toBe(false);
    expect(await bob.prove(roomTag, 1, joined.key)).toMatchObject(error("write_denied"));
    expect(await (await world.connect("other")).prove(roomTag, 1, joined.key)).toMatchObject(error("write_denied"));
    for (const epoch of [0, 2, 3]) {
      expect(await alice.prove(roomTag, epoch, joined.key)).toMatchObject(error("write_denied"));
    }
    expect(await alice.prove(roomTag, 1, newKey())).toMatchObject(error("write_denied"));
    const forged = { ...newKey(), publicKey: joined.key.publicKey };
    expect(await alice.prove(roomTag, 1, forged)).toMatchObject(error("proof_invalid"));
    expect(await alice.prove(roomTag, 1, joined.key)).toMatchObject({ type: "done" });
    // Whoever has proved it is a member now, and writes.
    expect(await bob.prove(roomTag, 1, joined.key)).toMatchObject({ type: "done" });
    expect(await isOwn(bob, roomTag)).toBe(true);
    const { lastCommit } = await place(bob, roomTag);
    expect(await bob.ask(messageAppend(roomTag, { epoch: 1, lastCommit }))).toMatchObject({ type: "appended" });
  });

  it("is asked to wait while nothing can be written, and nothing is half done", async () => {
    const { world, alice, roomTag, slots } = await room();
    const bob = await world.connect("bob");
    const joined = await joinBy(bob, roomTag, slots[0], 0);
    (world.core as unknown as { gate: { failed(reason: "busy"): void } }).gate.failed("busy");
    expect(await alice.prove(roomTag, 1, joined.key)).toMatchObject({ ...error("storage_busy"), retryAfter: 1000 });
    expect(world.store.rooms.get(roomTag)!.writeKeys.find(({ n }) => n === joined.n)!.lineage).toBe(joined.n);
    world.tick(1000);
    expect(await alice.prove(roomTag, 1, joined.key)).toMatchObject({ type: "done" });
    expect(await isOwn(bob, roomTag)).toBe(true);
  });
});

describe("who writes", () => {
  it("RULE writeKey.there-till-gone: is there, if they are a member, and so it is known after a restart", async () => {
    const { world, alice, roomTag, slots } = await room();
    const seenAt = () => world.store.rooms.get(roomTag)!.seenAt;
    world.now += 59 * MINUTE;
    await alice.ask(messageAppend(roomTag));
    expect(seenAt()).toBe(world.now);
    const thief = await world.connect("thief");
    await joinBy(thief, roomTag, slots[0], 0);
    world.now += MINUTE;
    const { lastCommit } = await place(thief, roomTag);
    expect(await thief.ask(messageAppend(roomTag, { epoch: 1, lastCommit }))).toMatchObject({ type: "appended" });
    expect(seenAt()).toBe(world.now - MINUTE);
  });
});

describe.each([
  ["in memory", () => new MemoryStore()],
  ["on a file", () => new SqliteStore(openDatabase(":memory:"))],
])("RULE log.append-once: a message that is sent again, %s,", (_name, store) => {
  const none = { burst: 2, perSecond: 1e-9 };
  const payload = new Uint8Array();

  it("costs its room nothing, and is answered where the room can take no more", async () => {
    const world = new CoreWorld({ rates: { room: none } }, store());
    const { client, roomTag } = await world.founder();
    const [first, second] = [messageAppend(roomTag, { payload }), messageAppend(roomTag, { payload })];
    for (let n = 0; n < 5; n++) expect(await client.ask(first)).toMatchObject({ type: "appended", n: 1 });
    expect(await client.ask(second)).toMatchObject({ type: "appended", n: 2 });
    expect(await client.ask(messageAppend(roomTag, { payload }))).toMatchObject(error("rate_limited"));
    expect(await client.ask(first)).toMatchObject({ type: "appended", n: 1 });
    expect(world.store.records.last(1)).toBe(2);
    expect(world.store.rooms.get(roomTag)).toMatchObject({ n: 2 });
  });

  it("costs nothing on probation either", async () => {
    const { world, roomTag, slots } = await room({ rates: { probation: none } }, store());
    const bob = await world.connect("bob");
    await joinBy(bob, roomTag, slots[0], 0);
    const { lastCommit } = await place(bob, roomTag);
    const message = (): ReturnType<typeof messageAppend> => messageAppend(roomTag, { epoch: 1, lastCommit });
    const [first, second] = [message(), message()];
    for (let n = 0; n < 5; n++) expect(await bob.ask(first)).toMatchObject({ type: "appended", n: 2 });
    expect(await bob.ask(second)).toMatchObject({ type: "appended", n: 3 });
    expect(await bob.ask(message())).toMatchObject(error("rate_limited"));
  });
});

describe("a commit that is sent again", () => {
  it("RULE log.append-once: delivers nothing twice, and is told to nobody twice", async () => {
    const world = new CoreWorld();
    const { client, roomTag } = await world.founder();
    const owner = await world.connect();
    const inbox = newKey();
    const inboxId = inboxIdOf((data) => nodeCrypto.hash("sha256", data), inbox.publicKey);
    await owner.proveInbox(inbox);
    await owner.ask({ type: "subscribe", roomTag, fromN: 1 });
    const commit = commitAppend(roomTag, newKey(), { deliveries: [{ inboxId, blob: systemRandom(3) }] });
    for (let n = 0; n < 2; n++) expect(await client.ask(commit)).toMatchObject({ type: "appended", n: 1 });
    expect(owner.pushes.map(({ type }) => type).sort()).toEqual(["inboxChanged", "records"]);
    expect(await owner.ask({ type: "fetchInbox", inboxId, after: 0 })).toMatchObject({ items: [{ n: 1 }] });
  });
});
