import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import {
  encodeClientMessage,
  firstLogHead,
  inboxIdOf,
  itemHash,
  nextLogHead,
  type AppendRequest,
  type LogItem,
  type Response,
  RoomTag,
  InboxId,
  BlobId,
} from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { settingsWith } from "../settings.js";
import { CoreWorld } from "./coreWorld.js";
import { commitAppend, messageAppend, newKey, newSlot, type ScriptedClient } from "./scriptedClient.js";
import { Session } from "./session.js";

const sha256 = (data: Uint8Array): Uint8Array => nodeCrypto.hash("sha256", data);
const error = (code: string) => ({ type: "error", error: code });
const DAY = 24 * 60 * 60 * 1000;

function newRoom(client: ScriptedClient, permit = new Uint8Array()): Promise<Response> {
  const [roomTag, writeKey, attachment] = [RoomTag.of(systemRandom(32)), systemRandom(32), systemRandom(4)];
  return client.ask({ type: "createRoom", roomTag, writeKey, attachment, permit });
}

// A room with an open slot: what an invite is to the relay.
async function withSlot(world: CoreWorld) {
  const founded = await world.founder();
  const token = newKey();
  const slot = await world.openSlot(founded.client, founded.roomTag, token);
  return { ...founded, token, slot, slotId: slot.slotId };
}

describe("one connection", () => {
  it("RULE relay.strikes: is closed after a few faults, alone, and one fault is forgiven each second", async () => {
    const world = new CoreWorld({ strikes: 20 });
    const other = await world.connect();
    const { connection, client } = world.connectRaw();
    await client.hello();
    const junk = (): void => client.sendRaw(systemRandom(40));
    junk();
    junk();
    expect(world.closeCodes.has(connection)).toBe(false);
    world.now += 16_000;
    junk();
    junk();
    expect(world.closeCodes.has(connection)).toBe(false);
    junk();
    expect(world.closeCodes.get(connection)).toBe(4429);
    world.core.receive(connection, systemRandom(40), world.now);
    expect(world.core.commit()).toEqual([]);
    expect(await newRoom(other)).toMatchObject({ type: "created" });
  });
  it("RULE relay.strikes: of what a connection has on it, one fault goes each second, and no more than there are", () => {
    const session = () => new Session(1, "address", 0, settingsWith({ strikes: 4 }));
    const closes = (...faults: [weight: number, now: number][]): boolean[] => {
      const one = session();
      return faults.map(([weight, now]) => one.strike(weight, now));
    };
    expect(closes([4, 0], [1, 1000], [1, 1000])).toEqual([false, false, true]);
    expect(closes([4, 0], [2, 1000])).toEqual([false, true]);
    expect(closes([1, 0], [4, 60_000], [1, 60_000])).toEqual([false, false, true]);
    // A clock that goes back forgives nothing.
    expect(closes([4, 5000], [1, 0])).toEqual([false, true]);
  });
  it("RULE relay.strikes: what follows in the same message is not even looked at", () => {
    const world = new CoreWorld({ strikes: 20 });
    const { connection } = world.connectRaw();
    const frames = Array.from({ length: 100 }, () => ({
      type: "unsubscribe" as const,
      id: 0,
      roomTag: RoomTag.of(systemRandom(32)),
    }));
    world.core.receive(connection, encodeClientMessage(frames), world.now);
    expect(world.core.commit().map(({ kind }) => kind)).toEqual(["send", "send", "send", "close"]);
  });
  it("RULE relay.strikes: a lost race is no fault, however often", async () => {
    const world = new CoreWorld({ strikes: 2 });
    const { client, roomTag, key } = await world.founder();
    await client.ask(commitAppend(roomTag, newKey()));
    const loser = await world.connect();
    await loser.prove(roomTag, 0, key);
    for (let n = 0; n < 50; n++) {
      expect(await loser.ask(commitAppend(roomTag, newKey()))).toMatchObject(error("stale_epoch"));
    }
    expect(world.closeCodes.size).toBe(0);
  });
  it("RULE relay.limits: what is too large is refused, and nothing of it is stored", async () => {
    const limits = { attachment: 64, messagePayload: 64, commitPayload: 80, slotBlob: 64, requestBlob: 64, blob: 64 };
    const world = new CoreWorld({ limits: { ...limits, deliveries: 1, slots: 1 }, strikes: 1000 });
    const { client, roomTag, token, slot, slotId } = await withSlot(world);
    await client.proveSlot(roomTag, slotId, token);
    const [big, inboxId] = [systemRandom(81), InboxId.of(systemRandom(32))];
    const next = newKey();
    const delivery = { inboxId, blob: systemRandom(3) };
    const asks = [
      {
        type: "createRoom" as const,
        roomTag: RoomTag.of(systemRandom(32)),
        writeKey: inboxId,
        attachment: big,
        permit: inboxId,
      },
      messageAppend(roomTag, { payload: systemRandom(65) }),
      commitAppend(roomTag, next, { payload: big }),
      commitAppend(roomTag, next, { attachment: big }),
      commitAppend(roomTag, next, { deliveries: [{ inboxId, blob: big }] }),
      commitAppend(roomTag, next, { deliveries: [delivery, delivery] }),
      commitAppend(roomTag, next, { slots: [{ ...slot, blob: big }] }),
      commitAppend(roomTag, next, { slots: [slot, newSlot()] }),
      { type: "putSlot" as const, roomTag, slot: { ...slot, blob: big }, life: 0 },
      { type: "beginBlob" as const, roomTag, blobId: BlobId.of(systemRandom(32)), size: 65 },
      { type: "postRequest" as const, roomTag, slotId, blob: big },
    ];
    for (const ask of asks) expect(await client.ask(ask)).toMatchObject(error("too_large"));
    expect(await client.ask({ type: "read", roomTag, fromN: 1, limit: 9 })).toMatchObject({ n: 0, items: [] });
    expect(await client.ask({ type: "listRequests", roomTag, after: 0 })).toMatchObject({ requests: [] });
    expect(world.store.rooms.count()).toBe(1);
    expect(await client.ask(commitAppend(roomTag, next, { payload: systemRandom(80) }))).toMatchObject({ n: 1 });
  });
  it("RULE relay.connection-rate: takes only its share, counted by requests and by bytes, and others do not pay for it", async () => {
    const world = new CoreWorld({ rates: { connection: { burst: 30, perSecond: 1 } } });
    const { client, roomTag } = await world.founder();
    const read = { type: "read" as const, roomTag, fromN: 1, limit: 1 };
    const left = async (of: ScriptedClient): Promise<number> => {
      for (let n = 0; n < 200; n++) if ((await of.ask(read)).type === "error") return n;
      throw new Error("there is no limit");
    };
    expect(await left(client)).toBeGreaterThan(5);
    const refused = await client.ask(read);
    expect(refused).toMatchObject(error("rate_limited"));
    expect(refused.type === "error" && refused.retryAfter).toBeGreaterThan(0);
    const [small, large] = [await world.connect(), await world.connect()];
    expect(await small.ask(read)).toMatchObject({ type: "page" });
    large.sendRaw(systemRandom(80_000));
    expect(await left(large)).toBeLessThan((await left(small)) - 10);
    world.now += 2000;
    expect(await client.ask(read)).toMatchObject({ type: "page" });
  });
  it("A82: RULE relay.connection-rate: what it is answered is counted too: large records cost more than small ones", async () => {
    const world = new CoreWorld({ rates: { connection: { burst: 60, perSecond: 1 } } });
    const { client, roomTag } = await world.founder();
    await client.ask(messageAppend(roomTag, { payload: systemRandom(9) }));
    await client.ask(messageAppend(roomTag, { payload: systemRandom(60_000) }));
    const reads = async (fromN: number): Promise<number> => {
      const reader = await world.connect();
      for (let n = 0; n < 200; n++)
        if ((await reader.ask({ type: "read", roomTag, fromN, limit: 1 })).type === "error") return n;
      throw new Error("there is no limit");
    };
    const [small, large] = [await reads(1), await reads(2)];
    expect(small).toBeGreaterThan(50);
    expect(large).toBeLessThan(20);
  });
  it("A161: RULE relay.address-rate: one address takes only its share over all its connections and however often it comes, and others do not pay for it", async () => {
    const world = new CoreWorld({ rates: { address: { burst: 100, perSecond: 10 } } });
    const { client: member, roomTag } = await world.founder();
    const proofs = async (): Promise<number> => {
      const { client, connection } = world.connectRaw("stranger");
      await client.hello();
      const answers: string[] = [];
      for (let n = 0; n < 8; n++) answers.push((await client.proveInbox(newKey())).type);
      world.core.close(connection);
      return answers.filter((type) => type === "done").length;
    };
    expect([await proofs(), await proofs(), await proofs()]).toEqual([8, 4, 0]);
    const one = await world.connect("stranger");
    expect(await one.proveInbox(newKey())).toMatchObject(error("rate_limited"));
    expect(await member.ask(messageAppend(roomTag))).toMatchObject({ type: "appended" });
    // What is forgotten in between is only what is full again.
    world.tick(1000);
    expect(await proofs()).toBe(1);
    world.tick(60_000);
    expect(await proofs()).toBe(8);
  });
  it("RULE relay.address-rate: the bytes that it sends and reads count for all its connections, files sixteenfold less", async () => {
    const world = new CoreWorld({ rates: { address: { burst: 100, perSecond: 1 } }, strikes: 1000 });
    const { client, roomTag } = await world.founder();
    await client.ask(messageAppend(roomTag, { payload: systemRandom(100_000) }));
    const read = { type: "read" as const, roomTag, fromN: 1, limit: 1 };
    const left = async (cost: () => Promise<unknown>): Promise<number> => {
      world.tick(200_000);
      await cost();
      for (let n = 0; ; n++) if ((await (await world.connect()).ask({ ...read, limit: 0 })).type === "error") return n;
    };
    const all = await left(() => Promise.resolve());
    expect(all).toBeGreaterThan(95);
    // 100,000 bytes: 6 for those that are read, 24 for those that are sent.
    expect(all - (await left(() => client.ask(read)))).toBeGreaterThan(6);
    const sent = await left(() => client.ask(messageAppend(roomTag, { payload: systemRandom(100_000) })));
    expect(all - sent).toBeGreaterThan(24);
    const blobId = BlobId.of(systemRandom(32));
    const file = await left(async () => {
      await client.ask({ type: "beginBlob", roomTag, blobId, size: 65_536 });
      expect(
        await client.ask({ type: "writeBlob", roomTag, blobId, index: 0, chunk: systemRandom(65_536) }),
      ).toMatchObject({ type: "blobState" });
    });
    expect([all - file > 5, all - file < 10]).toEqual([true, true]);
  });
  it("RULE session.bounded: proofs without end are forgotten, not piled up", () => {
    const session = new Session(1, "address", 0, settingsWith({ limits: { subscriptions: 3 } }));
    const id = (n: number): Uint8Array => Uint8Array.of(n >> 8, n & 255);
    for (let n = 0; n < 5000; n++) session.addProof("slot", id(n));
    expect(session.hasProof("slot", id(4999))).toBe(true);
    expect(session.hasProof("slot", id(0))).toBe(false);
    expect(["a", "b", "c", "d", "a"].map((key) => session.watch(key))).toEqual([true, true, true, false, true]);
  });
});

describe("creating rooms", () => {
  it("RULE relay.create-permit: is for those who know the permit", async () => {
    const permit = new TextEncoder().encode("correct horse");
    const world = new CoreWorld({ createPermit: permit });
    const client = await world.connect();
    expect(await newRoom(client)).toMatchObject(error("create_denied"));
    expect(await newRoom(client, permit.subarray(1))).toMatchObject(error("create_denied"));
    expect(world.store.rooms.count()).toBe(0);
    expect(await newRoom(client, permit)).toMatchObject({ type: "created" });
  });
  it("RULE relay.create-rate: one address makes only so many, over all its connections; another is not held up", async () => {
    const world = new CoreWorld({ rates: { create: { burst: 3, perSecond: 0.1 } } });
    const made: string[] = [];
    for (let n = 0; n < 5; n++) made.push((await newRoom(await world.connect("a"))).type);
    expect(made).toEqual(["created", "created", "created", "error", "error"]);
    expect(await newRoom(await world.connect("a"))).toMatchObject({ ...error("rate_limited"), retryAfter: 10_000 });
    expect(await newRoom(await world.connect("b"))).toMatchObject({ type: "created" });
    world.now += 10_000;
    expect(await newRoom(await world.connect("a"))).toMatchObject({ type: "created" });
  });
});

describe("slots", () => {
  it("RULE slot.token: an external commit and a request need the invite's own token, proved on this connection", async () => {
    const world = new CoreWorld();
    const { roomTag, token, slotId } = await withSlot(world);
    const joiner = await world.connect();
    const commit = commitAppend(roomTag, newKey(), { ground: { by: "slot", slotId } });
    const request = { type: "postRequest" as const, roomTag, slotId, blob: systemRandom(5) };
    expect(await joiner.ask(commit)).toMatchObject(error("token_denied"));
    expect(await joiner.ask(request)).toMatchObject(error("token_denied"));
    expect(await joiner.proveSlot(roomTag, slotId, newKey())).toMatchObject(error("proof_invalid"));
    const forged = { ...newKey(), publicKey: token.publicKey };
    expect(await joiner.proveSlot(roomTag, slotId, forged)).toMatchObject(error("proof_invalid"));
    expect(await joiner.ask(commit)).toMatchObject(error("token_denied"));
    expect(await joiner.proveSlot(roomTag, slotId, token)).toMatchObject({ type: "done" });
    expect(await joiner.ask(request)).toMatchObject({ type: "posted" });
    expect(await joiner.ask(commit)).toMatchObject({ type: "appended", n: 1 });
  });
  it("RULE slot.one-commit-for-one-proof: a second commit needs a second proof", async () => {
    const world = new CoreWorld();
    const { roomTag, token, slotId } = await withSlot(world);
    const joiner = await world.connect();
    const commit = (epoch: number) =>
      commitAppend(roomTag, newKey(), { epoch, lastCommit: epoch, ground: { by: "slot", slotId } });
    await joiner.proveSlot(roomTag, slotId, token);
    expect(await joiner.ask(commit(0))).toMatchObject({ n: 1 });
    expect(await joiner.ask(commit(1))).toMatchObject(error("token_denied"));
    await joiner.proveSlot(roomTag, slotId, token);
    expect(await joiner.ask(commit(1))).toMatchObject({ n: 2 });
  });
  it("RULE slot.closed-admits-nobody: not even who proved the token before", async () => {
    const world = new CoreWorld();
    const { client, roomTag, token, slot, slotId } = await withSlot(world);
    const joiner = await world.connect();
    await joiner.proveSlot(roomTag, slotId, token);
    await client.ask({ type: "closeSlot", roomTag, slotId });
    const commit = commitAppend(roomTag, newKey(), { ground: { by: "slot", slotId } });
    for (const ask of [
      commit,
      { type: "postRequest" as const, roomTag, slotId, blob: systemRandom(5) },
      { type: "getSlot" as const, roomTag, slotId, back: 0 },
    ]) {
      expect(await joiner.ask(ask)).toMatchObject(error("slot_closed"));
    }
    expect(await joiner.proveSlot(roomTag, slotId, token)).toMatchObject(error("slot_closed"));
    // A commit that refreshes it does not open it again, nor leave anything there.
    const next = newKey();
    await client.ask(commitAppend(roomTag, next, { slots: [slot] }));
    const { no } = world.store.rooms.get(roomTag)!;
    expect(world.store.slots.get(no, slotId)).toMatchObject({ closed: true, versions: 0 });
    expect(await joiner.ask(commit)).toMatchObject(error("stale_epoch"));
    expect(await joiner.ask({ ...commit, lastCommit: 1, epoch: 1 })).toMatchObject(error("slot_closed"));
    // Who meant it opens it: whoever closes an invite that is open ends it for nobody.
    await client.prove(roomTag, 1, next);
    expect(await client.ask({ type: "putSlot", roomTag, slot, life: 0 })).toMatchObject({ type: "done" });
    expect(await joiner.proveSlot(roomTag, slotId, token)).toMatchObject({ type: "done" });
    expect(await joiner.ask({ ...commit, lastCommit: 1, epoch: 1 })).toMatchObject({ type: "appended" });
  });
  it("A83: a room has so many open slots, put one by one or with a commit; a closed one makes room", async () => {
    const world = new CoreWorld({ quotas: { slotsPerRoom: 2 } });
    const { client, roomTag, slot } = await withSlot(world);
    const another = () => newSlot();
    const put = (one: typeof slot) => client.ask({ type: "putSlot", roomTag, slot: one, life: 0 });
    const full = error("quota_exceeded");
    expect(await client.ask(commitAppend(roomTag, newKey(), { slots: [another(), another()] }))).toMatchObject(full);
    expect(await put(another())).toMatchObject({ type: "done" });
    expect(await put(another())).toMatchObject(full);
    expect(await client.ask(commitAppend(roomTag, newKey(), { slots: [another()] }))).toMatchObject(full);
    // Slots that exist can still be put again.
    expect(await put({ ...slot, blob: systemRandom(9) })).toMatchObject({ type: "done" });
    await client.ask({ type: "closeSlot", roomTag, slotId: slot.slotId });
    expect(await client.ask(commitAppend(roomTag, newKey(), { slots: [another()] }))).toMatchObject({ n: 1 });
  });
  it("RULE slot.of-token: nobody takes over an invite's slot with a token of their own, nor opens it before its members do", async () => {
    const world = new CoreWorld();
    const { client, roomTag, token, slot, slotId } = await withSlot(world);
    const stolen = { ...slot, tokenPub: newKey().publicKey, blob: systemRandom(6) };
    expect(await client.ask({ type: "putSlot", roomTag, slot: stolen, life: 0 })).toMatchObject(error("token_denied"));
    expect(await client.ask(commitAppend(roomTag, newKey(), { slots: [stolen] }))).toMatchObject(error("token_denied"));
    expect(await client.ask({ type: "getSlot", roomTag, slotId, back: 0 })).toMatchObject({ blob: slot.blob });
    const next = newSlot();
    const early = { ...next, tokenPub: newKey().publicKey };
    expect(await client.ask({ type: "putSlot", roomTag, slot: early, life: 60 })).toMatchObject(error("token_denied"));
    expect(await client.ask({ type: "putSlot", roomTag, slot: next, life: 0 })).toMatchObject({ type: "done" });
    expect(await (await world.connect()).proveSlot(roomTag, slotId, token)).toMatchObject({ type: "done" });
  });
  it("RULE request.bounded: one invite's holders leave only so many requests, and only so fast; the same again is one", async () => {
    const world = new CoreWorld({
      quotas: { requestsPerSlot: 3 },
      rates: { slot: { burst: 2, perSecond: 1 } },
    });
    const { client, roomTag, token, slot, slotId } = await withSlot(world);
    const joiner = await world.connect();
    await joiner.proveSlot(roomTag, slotId, token);
    const post = (blob = systemRandom(9)) => joiner.ask({ type: "postRequest", roomTag, slotId, blob });
    const blob = systemRandom(5);
    const first = await post(blob);
    for (let n = 0; n < 9; n++) expect(await post(blob)).toMatchObject({ ...first, id: expect.any(Number) });
    expect(await post()).toMatchObject({ type: "posted" });
    expect(await post()).toMatchObject(error("rate_limited"));
    world.now += 5000;
    expect(await post()).toMatchObject({ type: "posted" });
    // A fourth one: the oldest gives way.
    world.now += 5000;
    expect(await post()).toMatchObject({ type: "posted" });
    const otherToken = newKey();
    const other = newSlot(slot.blob, otherToken.publicKey);
    await client.ask({ type: "putSlot", roomTag, slot: other, life: 0 });
    await joiner.proveSlot(roomTag, other.slotId, otherToken);
    const elsewhere = { type: "postRequest" as const, roomTag, slotId: other.slotId, blob };
    expect(await joiner.ask(elsewhere)).toMatchObject({ type: "posted" });
    const listed = await client.ask({ type: "listRequests", roomTag, after: 0 });
    expect(listed.type === "requests" && listed.requests.length).toBe(4);
    if (listed.type !== "requests") return;
    expect(listed.requests.map(({ blob: left, slotId: of }) => [of, left])).not.toContainEqual([slotId, blob]);
    // Somebody at another address is not kept out by those of this one, nor loses their place to them.
    const honest = await world.connect("elsewhere");
    await honest.proveSlot(roomTag, slotId, token);
    const asked = systemRandom(9);
    expect(await honest.ask({ type: "postRequest", roomTag, slotId, blob: asked })).toMatchObject({ type: "posted" });
    for (let n = 0; n < 9; n++) {
      world.now += 5000;
      expect(await post()).toMatchObject({ type: "posted" });
    }
    const after = await client.ask({ type: "listRequests", roomTag, after: 0 });
    expect(after.type === "requests" && after.requests.filter((item) => item.slotId !== other.slotId)).toHaveLength(4);
    expect(after.type === "requests" && after.requests.map((item) => item.blob)).toContainEqual(asked);
  });
});

describe("what is never pruned", () => {
  it("A83: RULE relay.lasting-bytes: commits and slots come only so fast to one room, and from one address to all its rooms", async () => {
    const rates = {
      lastingOfRoom: { burst: 100_000, perSecond: 1000 },
      lastingOfAddress: { burst: 150_000, perSecond: 1000 },
    };
    const world = new CoreWorld({ rates });
    const commit = (roomTag: RoomTag) => commitAppend(roomTag, newKey(), { payload: systemRandom(60_000) });
    const first = await world.founder();
    const next = newKey();
    const { roomTag } = first;
    expect(await first.client.ask(commitAppend(roomTag, next, { payload: systemRandom(60_000) }))).toMatchObject({
      n: 1,
    });
    await first.client.prove(roomTag, 1, next);
    const slot = newSlot(systemRandom(60_000));
    const refused = await first.client.ask({ type: "putSlot", roomTag, slot, life: 0 });
    expect(refused).toMatchObject(error("rate_limited"));
    const second = await world.founder();
    expect(await second.client.ask(commit(second.roomTag))).toMatchObject({ n: 1 });
    const third = await world.founder();
    expect(await third.client.ask(commit(third.roomTag))).toMatchObject(error("rate_limited"));
    // Messages are pruned, and not held up; another address is another budget.
    expect(await third.client.ask(messageAppend(third.roomTag))).toMatchObject({ n: 1 });
    const elsewhere = await world.connect("elsewhere");
    await elsewhere.prove(third.roomTag, 0, third.key);
    expect(await elsewhere.ask(commit(third.roomTag))).toMatchObject({ n: 2 });
    world.now += 60_000;
    expect(await first.client.ask({ type: "putSlot", roomTag, slot, life: 0 })).toMatchObject({ type: "done" });
  });
});

describe("what a room may do", () => {
  const rates = { lastingOfRoom: { burst: 200_000, perSecond: 1000 } };
  const large = (roomTag: RoomTag, change: Partial<AppendRequest> = {}) =>
    commitAppend(roomTag, newKey(), { payload: systemRandom(40_000), ...change });

  it("A83: RULE relay.lasting-bytes: is not used up by who may not write in it", async () => {
    const world = new CoreWorld({ rates, strikes: 1000 });
    const { client, roomTag } = await world.founder();
    // Somebody who was removed knows what the relay calls the room.
    const former = await world.connect("elsewhere");
    for (let n = 0; n < 6; n++) {
      expect(await former.ask(large(roomTag))).toMatchObject(error("write_denied"));
      expect(await former.ask(large(roomTag, { lastCommit: 7 }))).toMatchObject(error("stale_epoch"));
      const slot = newSlot(systemRandom(40_000));
      expect(await former.ask({ type: "putSlot", roomTag, slot, life: 0 })).toMatchObject(error("write_denied"));
    }
    expect(await client.ask(large(roomTag))).toMatchObject({ n: 1 });
  });

  it("A83: RULE room.members-share: is not used up by who has a link: members can still close it", async () => {
    const world = new CoreWorld({ rates: { ...rates, room: { burst: 40, perSecond: 1 } } });
    const { client, roomTag, key, token, slotId } = await withSlot(world);
    const holder = await world.connect("elsewhere");
    const own = newKey();
    const by = (lastCommit: number, change: Partial<AppendRequest>) =>
      large(roomTag, { epoch: 0, lastCommit, nextWriteKey: own.publicKey, ...change });
    await holder.proveSlot(roomTag, slotId, token);
    expect(await holder.ask(by(0, { ground: { by: "slot", slotId } }))).toMatchObject({ n: 1 });
    await holder.proveSlot(roomTag, slotId, token);
    expect(await holder.ask(by(1, { ground: { by: "slot", slotId } }))).toMatchObject(error("rate_limited"));
    // With the key that came by it, too.
    await holder.prove(roomTag, 1, own);
    expect(await holder.ask(by(1, { epoch: 1 }))).toMatchObject(error("rate_limited"));
    const slot = newSlot(systemRandom(40_000));
    expect(await holder.ask({ type: "putSlot", roomTag, slot, life: 60 })).toMatchObject(error("rate_limited"));
    // Nor by messages, which are many.
    const small = messageAppend(roomTag, { epoch: 1, lastCommit: 1 });
    let taken = 0;
    while ((await holder.ask({ ...small, appendId: systemRandom(16) })).type === "appended") taken++;
    expect(taken).toBeLessThan(10);
    await client.prove(roomTag, 0, key);
    const answer = await client.ask(large(roomTag, { epoch: 0, lastCommit: 1, payload: systemRandom(100_000) }));
    expect(answer).toMatchObject({ type: "appended" });
  });
});

describe("connections that show nothing", () => {
  it("RULE relay.idle-end: who proves and subscribes to nothing goes after minutes; who did stays", async () => {
    const world = new CoreWorld();
    const { connection, client } = world.connectRaw();
    await client.hello();
    const member = await world.founder();
    const { roomTag, key } = member;
    // To read shows nothing, nor does what is refused; each proof and each subscription does.
    const read = { type: "read" as const, roomTag, fromN: 1, limit: 9 };
    expect(await client.ask(read)).toMatchObject({ type: "page" });
    expect(await client.prove(roomTag, 0, newKey())).toMatchObject(error("write_denied"));
    const token = newKey();
    const slot = newSlot(systemRandom(3), token.publicKey);
    await member.client.ask({ type: "putSlot", roomTag, slot, life: 0 });
    await (await world.connect()).ask({ type: "subscribe", roomTag, fromN: 1 });
    await (await world.connect()).prove(roomTag, 0, key);
    await (await world.connect()).proveSlot(roomTag, slot.slotId, token);
    await (await world.connect()).proveInbox(newKey());
    await newRoom(await world.connect());
    world.tick(179_000);
    expect(world.closeCodes.size).toBe(0);
    world.tick(2000);
    expect([...world.closeCodes]).toEqual([[connection, 4400]]);
    expect(await member.client.ask(messageAppend(roomTag))).toMatchObject({ n: 1 });
  });
});

describe("inboxes", () => {
  it("A83: RULE relay.answer-once: a request is answered once, and only one that is there", async () => {
    const world = new CoreWorld();
    const { client, roomTag } = await world.founder();
    const token = newKey();
    const slot = newSlot(systemRandom(3), token.publicKey);
    await client.ask({ type: "putSlot", roomTag, slot, life: 0 });
    const asker = await world.connect();
    const inbox = newKey();
    const inboxId = inboxIdOf(sha256, inbox.publicKey);
    await asker.proveInbox(inbox);
    await asker.proveSlot(roomTag, slot.slotId, token);
    const posted = await asker.ask({ type: "postRequest", roomTag, slotId: slot.slotId, blob: systemRandom(9) });
    if (posted.type !== "posted") throw new Error(posted.type);
    const answer = { type: "answerRequest" as const, roomTag, inboxId, blob: systemRandom(7) };
    const fetch = { type: "fetchInbox" as const, inboxId, after: 0 };
    expect(await client.ask({ ...answer, request: posted.request + 1 })).toMatchObject({ type: "done" });
    expect(await asker.ask(fetch)).toMatchObject({ items: [] });
    for (let n = 0; n < 2; n++) await client.ask({ ...answer, request: posted.request });
    expect(await asker.ask(fetch)).toMatchObject({ items: [{ blob: answer.blob }] });
    expect(asker.pushes).toContainEqual({ type: "inboxChanged", inboxId });
    expect(await client.ask({ type: "listRequests", roomTag, after: 0 })).toMatchObject({ requests: [] });
  });

  it("RULE inbox.proof: an inbox opens to the holder of its key only", async () => {
    const world = new CoreWorld();
    const { client, roomTag } = await world.founder();
    const owner = newKey();
    const inboxId = inboxIdOf(sha256, owner.publicKey);
    await client.ask(commitAppend(roomTag, newKey(), { deliveries: [{ inboxId, blob: systemRandom(7) }] }));
    const thief = await world.connect();
    const fetch = { type: "fetchInbox" as const, inboxId, after: 0 };
    expect(await thief.proveInbox({ ...newKey(), publicKey: owner.publicKey })).toMatchObject(error("proof_invalid"));
    expect(await thief.proveInbox(newKey())).toMatchObject({ type: "done" });
    expect(await thief.ask(fetch)).toMatchObject(error("inbox_denied"));
    expect(await thief.ask({ type: "clearInbox", inboxId, upTo: 99 })).toMatchObject(error("inbox_denied"));
    const joiner = await world.connect();
    await joiner.proveInbox(owner);
    expect(await joiner.ask(fetch)).toMatchObject({ items: [{ n: 1 }] });
  });
});

describe("retention", () => {
  it("RULE retention.messages-only, RULE receipt.signs-pruning: messages go by age and by size; commits and roster records stay, and heads still add up", async () => {
    const world = new CoreWorld({ retention: { maxAge: DAY, messageBytesPerRoom: 250 } });
    const { client, roomTag, key } = await world.founder();
    const message = (epoch: number) =>
      messageAppend(roomTag, { epoch, lastCommit: epoch === 0 ? 0 : 2, payload: systemRandom(100) });
    const [first, commit] = [message(0), commitAppend(roomTag, key, { attachment: systemRandom(9) })];
    await client.ask(first);
    await client.ask(commit);
    await client.prove(roomTag, 1, key);
    for (let n = 0; n < 3; n++) await client.ask(message(1));
    const read = async (): Promise<readonly LogItem[]> => {
      const page = await client.ask({ type: "read", roomTag, fromN: 1, limit: 99 });
      return page.type === "page" ? page.items : [];
    };
    const bySize = await read();
    expect(bySize.map(({ n, pruned }) => [n, pruned])).toEqual([
      [1, true],
      [2, false],
      [3, true],
      [4, false],
      [5, false],
    ]);
    world.tick(2 * DAY);
    const byAge = await read();
    expect(byAge.map(({ pruned }) => pruned)).toEqual([true, false, true, true, true]);
    expect(byAge[1]).toMatchObject({ kind: "commit", payload: commit.payload, attachment: commit.attachment });
    let head = firstLogHead(sha256, roomTag);
    for (const item of byAge) head = nextLogHead(sha256, head, itemHash(sha256, roomTag, item));
    const subscribed = await client.ask({ type: "subscribe", roomTag, fromN: 1 });
    expect(subscribed).toMatchObject({ receipt: { receipt: { n: 5, head, availableFrom: 6 } } });
    const roster = await client.ask({ type: "readRoster", roomTag, record: sha256(commit.attachment) });
    expect(roster).toMatchObject({ records: [commit.attachment] });
    // A repeat of what was pruned is still recognised, and still only with its own content.
    expect(await client.ask(first)).toMatchObject({ type: "appended", n: 1 });
    expect(await client.ask({ ...first, payload: systemRandom(100) })).toMatchObject(error("append_conflict"));
  });
});

describe("the relay's time", () => {
  it("RULE relay.clock-jump: a clock that jumps neither deletes nor signs until it has stayed so; set back, no rate freezes", async () => {
    const world = new CoreWorld({ retention: { maxAge: 30 * DAY }, rates: { room: { burst: 3, perSecond: 1 } } });
    const { client, roomTag } = await world.founder();
    await client.ask(messageAppend(roomTag));
    const look = async () => {
      const page = await client.ask({ type: "subscribe", roomTag, fromN: 1 });
      if (page.type !== "subscribed") throw new Error(page.type);
      return { time: page.receipt.receipt.time, pruned: page.items[0]!.pruned };
    };
    world.clockAhead = 365 * DAY;
    world.tick(31_000);
    expect(world.clockJumps).toEqual([365 * DAY]);
    expect(await look()).toEqual({ time: world.now, pruned: false });
    world.clockAhead = 0;
    world.tick(31_000);
    expect(await look()).toEqual({ time: world.now, pruned: false });
    world.clockAhead = -DAY;
    world.tick(10_000);
    for (let n = 0; n < 2; n++) expect(await client.ask(messageAppend(roomTag))).toMatchObject({ type: "appended" });
    expect(await client.ask(messageAppend(roomTag))).toMatchObject(error("rate_limited"));
    world.tick(1500);
    expect(await client.ask(messageAppend(roomTag))).toMatchObject({ type: "appended" });
    // What lasts is believed.
    world.clockAhead = 365 * DAY;
    world.tick(31_000);
    for (let minute = 0; minute < 6; minute++) world.tick(60_000);
    expect((await look()).pruned).toBe(true);
  });

  it("RULE receipt.time-never-falls: a clock that is set back gives no proof of a rollback, also across a restart", async () => {
    const world = new CoreWorld();
    const { client, roomTag, key } = await world.founder();
    const times: number[] = [];
    const receipt = async (from: ScriptedClient): Promise<void> => {
      const subscribed = await from.ask({ type: "subscribe", roomTag, fromN: 1 });
      if (subscribed.type === "subscribed") times.push(subscribed.receipt.receipt.time);
    };
    await receipt(client);
    world.now -= DAY;
    await client.ask(messageAppend(roomTag));
    await receipt(client);
    world.restart();
    world.now -= DAY;
    const later = await world.connect();
    await later.prove(roomTag, 0, key);
    await later.ask(messageAppend(roomTag));
    await receipt(later);
    world.now += 3 * DAY;
    await receipt(later);
    expect(times).toHaveLength(4);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times[3]).toBe(world.now);
    const page = await later.ask({ type: "read", roomTag, fromN: 1, limit: 9 });
    expect(page.type === "page" && page.items.every(({ time }) => time >= times[0]!)).toBe(true);
  });
});
