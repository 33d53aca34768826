import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import {
  commitReceiptBytes,
  decodeRelayMessage,
  encodeClientMessage,
  firstLogHead,
  headReceiptBytes,
  inboxIdOf,
  itemHash,
  nextLogHead,
  recordHash,
  VERSIONS,
  type LogItem,
  type Response,
  RoomTag,
  SlotId,
  BlobId,
  InboxId,
} from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { MemoryStore } from "../store/memory/memoryStore.js";
import { CoreWorld } from "./coreWorld.js";
import { RelayCore } from "./relayCore.js";
import { commitAppend, messageAppend, newKey, newSlot, ScriptedClient } from "./scriptedClient.js";

const sha256 = (data: Uint8Array): Uint8Array => nodeCrypto.hash("sha256", data);
const error = (code: string) => ({ type: "error", error: code });

function pushed(client: { pushes: readonly { type: string; items?: readonly LogItem[] }[] }): number[] {
  return client.pushes.flatMap((push) => (push.type === "records" ? push.items!.map((item) => item.n) : []));
}

describe("rooms and the log", () => {
  it("creates a room once, and says so again for the same content only", async () => {
    const world = new CoreWorld();
    const client = await world.connect();
    const create = {
      type: "createRoom" as const,
      roomTag: RoomTag.of(systemRandom(32)),
      writeKey: systemRandom(32),
      attachment: systemRandom(5),
      permit: new Uint8Array(),
    };
    const created = await client.ask(create);
    expect(created).toMatchObject({ type: "created", receipt: { receipt: { n: 0, roomTag: create.roomTag } } });
    expect(await client.ask(create)).toMatchObject({ type: "created" });
    expect(await client.ask({ ...create, attachment: systemRandom(5) })).toMatchObject(error("room_exists"));
    expect(await client.ask({ ...create, writeKey: systemRandom(32) })).toMatchObject(error("room_exists"));
    const { roomTag } = create;
    const roster = await client.ask({ type: "readRoster", roomTag, record: sha256(create.attachment) });
    expect(roster).toMatchObject({ records: [create.attachment] });
    expect(await client.ask({ type: "read", roomTag: RoomTag.of(systemRandom(32)), fromN: 1, limit: 9 })).toMatchObject(
      error("room_unknown"),
    );
  });
  it("gives records numbers and heads that everybody can recompute, and receipts that verify", async () => {
    const world = new CoreWorld();
    const { client, roomTag } = await world.founder();
    const next = newKey();
    const first = messageAppend(roomTag);
    const second = commitAppend(roomTag, next, { attachment: systemRandom(9) });
    const hashes = [first, second].map((content) => recordHash(sha256, roomTag, content));
    const head1 = nextLogHead(sha256, firstLogHead(sha256, roomTag), hashes[0]!);
    const head2 = nextLogHead(sha256, head1, hashes[1]!);
    expect(await client.ask(first)).toMatchObject({ type: "appended", n: 1, head: head1, receipt: null });
    const appended = await client.ask(second);
    if (appended.type !== "appended" || appended.receipt === null) throw new Error("no receipt");
    const { receipt, signature } = appended.receipt;
    expect(receipt).toEqual({ roomTag, epoch: 0, recordHash: hashes[1], n: 2, head: head2, time: world.now });
    expect(nodeCrypto.ed25519Verify(world.core.relayKey, commitReceiptBytes(receipt), signature)).toBe(true);
    const subscribed = await client.ask({ type: "subscribe", roomTag, fromN: 1 });
    if (subscribed.type !== "subscribed") throw new Error("not subscribed");
    expect(subscribed.position).toEqual({ epoch: 1, n: 2, lastCommit: 2 });
    expect(subscribed.receipt.receipt).toEqual({
      ...{ roomTag, n: 2, head: head2, time: world.now, availableFrom: 1 },
      ...{ keyEpoch: 1, writeKey: second.nextWriteKey },
    });
    const headBytes = headReceiptBytes(subscribed.receipt.receipt);
    expect(nodeCrypto.ed25519Verify(world.core.relayKey, headBytes, subscribed.receipt.signature)).toBe(true);
    expect(subscribed.items.map((item) => itemHash(sha256, roomTag, item))).toEqual(hashes);
    const roster = await client.ask({ type: "readRoster", roomTag, record: sha256(second.attachment) });
    expect(roster).toMatchObject({ records: [second.attachment] });
    // A message, and a commit without one, leave none.
    await client.prove(roomTag, 1, next);
    await client.ask(commitAppend(roomTag, newKey(), { epoch: 1, lastCommit: 2 }));
    const none = await client.ask({ type: "readRoster", roomTag, record: sha256(new Uint8Array()) });
    expect(none).toMatchObject({ records: [] });
  });
  it("RULE log.compare-and-append: of two racing commits one is appended, the other learns where the room stands", async () => {
    const world = new CoreWorld();
    const { client, roomTag, key } = await world.founder();
    const other = await world.connect();
    await other.prove(roomTag, 0, key);
    world.batching = true;
    const a = client.ask(commitAppend(roomTag, newKey()));
    const b = other.ask(commitAppend(roomTag, newKey()));
    const c = other.ask(messageAppend(roomTag));
    world.flush();
    expect(await a).toMatchObject({ type: "appended", n: 1 });
    const stale = { ...error("stale_epoch"), position: { epoch: 1, n: 1, lastCommit: 1 } };
    expect(await b).toMatchObject(stale);
    expect(await c).toMatchObject(stale);
  });
  it("attack 97: a delivery and a slot come into being with the commit that wins, never with one that loses", async () => {
    const world = new CoreWorld();
    const { client, roomTag, key } = await world.founder();
    const other = await world.connect();
    await other.prove(roomTag, 0, key);
    const joiner = await world.connect();
    const inbox = newKey();
    const inboxId = inboxIdOf(sha256, inbox.publicKey);
    expect(await joiner.ask({ type: "fetchInbox", inboxId, after: 0 })).toMatchObject(error("inbox_denied"));
    expect(await joiner.proveInbox(inbox)).toMatchObject({ type: "done" });
    const slot = (blob: Uint8Array) => newSlot(blob);
    const [winners, losers] = [slot(systemRandom(4)), slot(systemRandom(4))];
    world.batching = true;
    const won = client.ask(
      commitAppend(roomTag, newKey(), { deliveries: [{ inboxId, blob: Uint8Array.of(1) }], slots: [winners] }),
    );
    const lost = other.ask(
      commitAppend(roomTag, newKey(), { deliveries: [{ inboxId, blob: Uint8Array.of(2) }], slots: [losers] }),
    );
    expect(joiner.pushes).toEqual([]);
    world.flush();
    world.batching = false;
    expect(await won).toMatchObject({ type: "appended" });
    expect(await lost).toMatchObject(error("stale_epoch"));
    expect(joiner.pushes).toEqual([{ type: "inboxChanged", inboxId }]);
    const fetched = await joiner.ask({ type: "fetchInbox", inboxId, after: 0 });
    expect(fetched).toMatchObject({ type: "inbox", more: false, items: [{ roomTag, n: 1, blob: Uint8Array.of(1) }] });
    expect(await joiner.ask({ type: "getSlot", roomTag, slotId: winners.slotId, back: 0 })).toMatchObject({
      type: "slot",
      n: 1,
    });
    expect(await joiner.ask({ type: "getSlot", roomTag, slotId: losers.slotId, back: 0 })).toMatchObject(
      error("slot_unknown"),
    );
    const item = fetched.type === "inbox" ? fetched.items[0]!.item : 0;
    await joiner.ask({ type: "clearInbox", inboxId, upTo: item });
    expect(await joiner.ask({ type: "fetchInbox", inboxId, after: 0 })).toMatchObject({ items: [] });
  });
  it("RULE log.append-once: a repeat gives the first result, also after a restart, after later commits and without a proof", async () => {
    const world = new CoreWorld();
    const { client, roomTag } = await world.founder();
    const message = messageAppend(roomTag);
    const commit = commitAppend(roomTag, newKey());
    const first = await client.ask(message);
    const second = await client.ask(commit);
    expect(await client.ask(message)).toMatchObject({ ...first, id: expect.any(Number) });
    world.restart();
    world.now += 5000;
    const later = await world.connect();
    expect(await later.ask(message)).toMatchObject({ ...first, id: expect.any(Number) });
    expect(await later.ask(commit)).toMatchObject({ ...second, id: expect.any(Number) });
    expect(await later.ask({ ...message, payload: systemRandom(3) })).toMatchObject(error("append_conflict"));
    expect(await later.ask({ type: "read", roomTag, fromN: 1, limit: 9 })).toMatchObject({ n: 2 });
  });
  it("reads in pages", async () => {
    const world = new CoreWorld({ limits: { pageItems: 4, pageBytes: 100 } });
    const { client, roomTag } = await world.founder();
    for (let i = 0; i < 6; i++) await client.ask(messageAppend(roomTag));
    const read = async (fromN: number, limit: number): Promise<number[]> => {
      const page = await client.ask({ type: "read", roomTag, fromN, limit });
      return page.type === "page" ? page.items.map(({ n }) => n) : [];
    };
    expect(await read(1, 99)).toEqual([1, 2, 3, 4]);
    expect(await read(5, 99)).toEqual([5, 6]);
    expect(await read(2, 2)).toEqual([2, 3]);
    expect(await read(1, 0)).toEqual([]);
    expect(await read(7, 9)).toEqual([]);
    expect(await read(Number.MAX_SAFE_INTEGER, 9)).toEqual([]);
  });
});

describe("write permission", () => {
  it("RULE log.write-proof: nobody appends without a proof, with another epoch's, or with a signature that does not hold", async () => {
    const world = new CoreWorld();
    const { client, roomTag, key } = await world.founder();
    const stranger = await world.connect();
    expect(await stranger.ask(messageAppend(roomTag))).toMatchObject(error("write_denied"));
    expect(await stranger.prove(roomTag, 0, newKey())).toMatchObject(error("write_denied"));
    expect(await stranger.prove(roomTag, 1, key)).toMatchObject(error("write_denied"));
    expect(await stranger.prove(roomTag, 0, { ...newKey(), publicKey: key.publicKey })).toMatchObject(
      error("proof_invalid"),
    );
    expect(await stranger.ask(messageAppend(roomTag))).toMatchObject(error("write_denied"));
    expect(await client.ask(messageAppend(roomTag, { epoch: 1 }))).toMatchObject(error("write_denied"));
    expect(await client.ask(messageAppend(roomTag))).toMatchObject({ type: "appended" });
  });
  it("RULE proof.challenge: a proof of one connection is worth nothing on another", async () => {
    const world = new CoreWorld();
    const { roomTag, key } = await world.founder();
    const [a, b] = [await world.connect(), await world.connect()];
    expect(a.challenge).not.toEqual(b.challenge);
    a.welcome = b.welcome;
    expect(await a.prove(roomTag, 0, key)).toMatchObject(error("proof_invalid"));
    const inbox = newKey();
    expect(await a.proveInbox(inbox)).toMatchObject(error("proof_invalid"));
  });
  it("RULE writeKey.commit-retires: after a commit the old key writes no messages and no slots", async () => {
    const world = new CoreWorld();
    const { client, roomTag, key } = await world.founder();
    const removed = await world.connect();
    await removed.prove(roomTag, 0, key);
    const next = newKey();
    await client.ask(commitAppend(roomTag, next));
    expect(await removed.ask(messageAppend(roomTag, { lastCommit: 1 }))).toMatchObject(error("write_denied"));
    const slot = newSlot(systemRandom(3));
    expect(await removed.ask({ type: "putSlot", roomTag, slot, life: 0 })).toMatchObject(error("write_denied"));
    expect(await client.prove(roomTag, 1, next)).toMatchObject({ type: "done" });
    expect(await client.ask(messageAppend(roomTag, { epoch: 1, lastCommit: 1 }))).toMatchObject({ type: "appended" });
    expect(await client.ask({ type: "putSlot", roomTag, slot, life: 0 })).toMatchObject({ type: "done" });
  });
  it("attacks 4 and 85: after a junk commit, members who ignore it go on from their epoch", async () => {
    const world = new CoreWorld();
    const { client, roomTag, key } = await world.founder();
    const troll = await world.connect();
    await troll.prove(roomTag, 0, key);
    const trolls = newKey();
    await troll.ask(commitAppend(roomTag, trolls));
    // The member sees record 1, rejects it, stays in epoch 0, and removes the troll from there.
    const next = newKey();
    expect(await client.ask(commitAppend(roomTag, next, { lastCommit: 0 }))).toMatchObject(error("stale_epoch"));
    expect(await client.ask(commitAppend(roomTag, next, { lastCommit: 1 }))).toMatchObject({ type: "appended", n: 2 });
    await client.prove(roomTag, 1, next);
    const talk = (lastCommit: number) => client.ask(messageAppend(roomTag, { epoch: 1, lastCommit }));
    expect(await talk(2)).toMatchObject({ type: "appended" });
    // Whatever the troll commits, it silences nobody; and when it is gone, the members have the room again.
    await troll.prove(roomTag, 1, trolls);
    expect(await troll.ask(commitAppend(roomTag, newKey(), { epoch: 1, lastCommit: 2 }))).toMatchObject({ n: 4 });
    expect(await talk(4)).toMatchObject({ type: "appended" });
    const file = { type: "beginBlob" as const, roomTag, blobId: BlobId.of(systemRandom(32)), size: 1 };
    expect(await client.ask(file)).toMatchObject(error("on_probation"));
    world.now += 10 * 60_000;
    expect(await client.ask(file)).toMatchObject({ type: "blobState" });
  });
  it("RULE writeKey.recovery-is-slow: retired keys commit only now and then", async () => {
    const world = new CoreWorld({ rates: { recovery: { burst: 1, perSecond: 0.1 } } });
    const { client, roomTag, key } = await world.founder();
    const removed = await world.connect();
    await removed.prove(roomTag, 0, key);
    await client.ask(commitAppend(roomTag, newKey()));
    expect(await removed.ask(commitAppend(roomTag, newKey(), { lastCommit: 1 }))).toMatchObject({ type: "appended" });
    const again = await removed.ask(commitAppend(roomTag, newKey(), { lastCommit: 2 }));
    expect(again).toMatchObject({ ...error("rate_limited"), retryAfter: 10_000 });
    world.now += 10_000;
    expect(await removed.ask(commitAppend(roomTag, newKey(), { lastCommit: 2 }))).toMatchObject({ type: "appended" });
    // Each address has its own, in each room.
    const other = await world.connect("elsewhere");
    await other.prove(roomTag, 0, key);
    expect(await removed.ask(commitAppend(roomTag, newKey(), { lastCommit: 3 }))).toMatchObject(error("rate_limited"));
    expect(await other.ask(commitAppend(roomTag, newKey(), { lastCommit: 3 }))).toMatchObject({ type: "appended" });
  });
  it("RULE relay.members-only: slots, requests and blobs are a proved member's", async () => {
    const world = new CoreWorld();
    const { client, roomTag } = await world.founder();
    const stranger = await world.connect();
    const slot = newSlot(systemRandom(3));
    const blobId = BlobId.of(systemRandom(32));
    const asks = [
      { type: "putSlot" as const, roomTag, slot, life: 0 },
      { type: "closeSlot" as const, roomTag, slotId: slot.slotId },
      { type: "listRequests" as const, roomTag, after: 0 },
      { type: "deleteRequest" as const, roomTag, request: 1 },
      {
        type: "answerRequest" as const,
        roomTag,
        request: 1,
        inboxId: InboxId.of(systemRandom(32)),
        blob: systemRandom(5),
      },
      { type: "beginBlob" as const, roomTag, blobId, size: 5 },
      { type: "writeBlob" as const, roomTag, blobId, index: 0, chunk: systemRandom(5) },
      { type: "readBlob" as const, roomTag, blobId, index: 0 },
      { type: "dropBlob" as const, roomTag, secret: systemRandom(32) },
    ];
    for (const ask of asks) expect(await stranger.ask(ask)).toMatchObject(error("write_denied"));
    for (const ask of asks) expect((await client.ask(ask)).type).not.toBe("error");
  });
});

describe("subscriptions", () => {
  it("push exactly the records after the receipt, once, in order", async () => {
    const world = new CoreWorld();
    const { client, roomTag } = await world.founder();
    const reader = await world.connect();
    const late = await world.connect();
    await reader.ask({ type: "subscribe", roomTag, fromN: 1 });
    world.batching = true;
    const answers: Promise<Response>[] = [];
    answers.push(client.ask(messageAppend(roomTag)), client.ask(messageAppend(roomTag)));
    const subscribed = late.ask({ type: "subscribe", roomTag, fromN: 1 });
    answers.push(client.ask(messageAppend(roomTag)));
    const unsubscribed = reader.ask({ type: "unsubscribe", roomTag });
    answers.push(client.ask(messageAppend(roomTag)));
    world.flush();
    await Promise.all([...answers, unsubscribed]);
    expect(pushed(reader)).toEqual([1, 2, 3]);
    expect(await subscribed).toMatchObject({ receipt: { receipt: { n: 2 } }, items: [{ n: 1 }, { n: 2 }] });
    expect(pushed(late)).toEqual([3, 4]);
    expect(pushed(client)).toEqual([]);
  });
  it("a lagging subscription ends until it is made again", async () => {
    const world = new CoreWorld();
    const { client, roomTag } = await world.founder();
    const { connection, client: slow } = world.connectRaw();
    await slow.hello();
    await slow.ask({ type: "subscribe", roomTag, fromN: 1 });
    world.core.lag(connection, roomTag);
    expect(world.core.commit()).toEqual([{ kind: "lagEnded", connection, roomTag }]);
    await client.ask(messageAppend(roomTag));
    expect(slow.pushes).toEqual([]);
    expect(await slow.ask({ type: "subscribe", roomTag, fromN: 1 })).toMatchObject({ items: [{ n: 1 }] });
  });
});

describe("start and end", () => {
  it("needs a store and a key, and takes time and space for granted that nobody tells it of", async () => {
    const core = new RelayCore({
      ...{ store: new MemoryStore(), crypto: nodeCrypto, random: systemRandom },
      relaySeed: systemRandom(32),
    });
    const client = new ScriptedClient((message) => {
      core.receive(1, message, 5000);
      for (const output of core.commit()) if (output.kind === "send") client.receive(output.bytes);
    });
    core.open(1, "address", 5000);
    await client.hello();
    const [roomTag, key] = [RoomTag.of(systemRandom(32)), newKey()];
    const create = { type: "createRoom" as const, roomTag, writeKey: key.publicKey, attachment: new Uint8Array() };
    const created = await client.ask({ ...create, permit: new Uint8Array() });
    expect(created).toMatchObject({ type: "created", receipt: { receipt: { time: 5000 } } });
    core.tick(9_000_000);
    expect(core.storage).toBe("open");
  });
  it("speaks only after a hello, and only once", async () => {
    const world = new CoreWorld();
    const { client } = world.connectRaw();
    expect(await client.ask({ type: "read", roomTag: RoomTag.of(systemRandom(32)), fromN: 1, limit: 1 })).toMatchObject(
      error("hello_expected"),
    );
    await client.hello();
    expect(client.welcome).toMatchObject({ version: VERSIONS[0], relayKey: world.core.relayKey });
    const before = client.welcome;
    world.core.receive(1, encodeClientMessage([{ type: "hello", versions: VERSIONS }]), world.now);
    const [output, ...more] = world.core.commit();
    const said = output?.kind === "send" ? decodeRelayMessage(output.bytes, 1 << 20) : null;
    expect([said, more]).toMatchObject([{ ok: true, value: [{ id: 0, error: "hello_expected" }] }, []]);
    expect(client.welcome).toBe(before);
  });
  it("a request has a number from one on: zero is what is said of no request", async () => {
    const world = new CoreWorld({ strikes: 10 });
    const { client, roomTag } = await world.founder();
    const read = { type: "read" as const, roomTag, fromN: 1, limit: 1 };
    const said = () => {
      client.sendFrames([{ ...read, id: 0 }]);
      const [output] = world.core.commit();
      const decoded = output?.kind === "send" ? decodeRelayMessage(output.bytes, 1 << 20) : null;
      return decoded?.ok === true ? decoded.value : [];
    };
    world.batching = true;
    expect(said()).toMatchObject([{ type: "error", id: 0, error: "bad_frame" }]);
    expect(said()).toMatchObject([{ type: "error", id: 0, error: "bad_frame" }]);
    // And it is a fault, after which the connection is closed.
    expect(world.core.commit()).toEqual([]);
    world.batching = false;
    client.sendFrames([{ ...read, id: 1 }]);
    expect(world.core.waitingBytes).toBe(0);
  });
  it("closes who speaks no version it knows, and who says nothing", async () => {
    const world = new CoreWorld({ helloTimeout: 5000 });
    const { connection: foreign } = world.connectRaw();
    world.core.receive(foreign, encodeClientMessage([{ type: "hello", versions: [77] }]), world.now);
    world.flush();
    expect(world.closeCodes.get(foreign)).toBe(4400);
    const { connection: silent } = world.connectRaw();
    const spoke = await world.connect();
    world.tick(4999);
    expect(world.closeCodes.has(silent)).toBe(false);
    world.tick(2);
    expect(world.closeCodes.get(silent)).toBe(4400);
    expect(
      await spoke.ask({
        type: "getSlot",
        roomTag: RoomTag.of(systemRandom(32)),
        slotId: SlotId.of(systemRandom(32)),
        back: 0,
      }),
    ).toMatchObject(error("room_unknown"));
  });
});
