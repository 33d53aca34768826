import { toHex } from "@conclave/codec";
import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import {
  DEFAULT_LIMITS,
  firstLogHead,
  type HeadReceipt,
  headReceiptBytes,
  InboxId,
  inboxIdOf,
  itemHash,
  type LogItem,
  nextLogHead,
  type Response,
  RoomTag,
} from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { commitAppend, messageAppend, newKey, newSlot, type ScriptedClient } from "../../core/scriptedClient.js";
import { type SharedChanges, unitChanges, readUnitChanges } from "./changes.js";
import { hasPostgres } from "./postgresServer.js";
import { newRoom, type SharedRelay, TestServer } from "./sharedWorld.fixture.js";

const sha256 = (data: Uint8Array): Uint8Array => nodeCrypto.hash("sha256", data);

describe.skipIf(!hasPostgres)("two relays on one database (skipped without PostgreSQL)", () => {
  const server = new TestServer();

  async function two(): Promise<[SharedRelay, SharedRelay]> {
    const [address, seed] = [server.newDatabase(), systemRandom(32)];
    return [await server.relay(address, seed), await server.relay(address, seed)];
  }

  /** A room, and a member's connection to each relay. */
  async function room() {
    const [a, b] = await two();
    const clients = [await a.connect(), await b.connect()] as const;
    const { roomTag, key } = await newRoom(clients[0]);
    for (const client of clients) expect((await client.prove(roomTag, 0, key)).type).toBe("done");
    return { clients, roomTag, key, relays: [a, b] as const };
  }

  async function logOf(client: ScriptedClient, roomTag: RoomTag): Promise<LogItem[]> {
    const log: LogItem[] = [];
    for (;;) {
      const page = await client.ask({ type: "read", roomTag, fromN: log.length + 1, limit: 1000 });
      if (page.type !== "page") throw new Error(page.type);
      if (page.items.length === 0) return log;
      log.push(...page.items);
    }
  }

  it("keep one log in one order, without gaps, however their groups overlap", async () => {
    const { clients, roomTag } = await room();
    const answers: Response[] = [];
    const write = async (client: ScriptedClient): Promise<void> => {
      for (let round = 0; round < 12; round++) {
        const appends = Array.from({ length: 1 + (round % 5) }, () => messageAppend(roomTag));
        answers.push(...(await Promise.all(client.askAll(appends))));
      }
    };
    await Promise.all([...clients, ...clients].map(write));
    const log = await logOf(clients[1], roomTag);
    expect(log.map(({ n }) => n)).toEqual(Array.from({ length: answers.length }, (_, at) => at + 1));
    const heads = [firstLogHead(sha256, roomTag)];
    for (const item of log) heads.push(nextLogHead(sha256, heads.at(-1)!, itemHash(sha256, roomTag, item)));
    const told = answers.map((answer) => (answer.type === "appended" ? [answer.n, toHex(answer.head)] : answer.type));
    expect(told.toSorted()).toEqual(log.map(({ n }) => [n, toHex(heads[n]!)]).toSorted());
    expect(log.map(({ time }) => time)).toEqual(log.map(({ time }) => time).toSorted((x, y) => x - y));
  });

  it("read on in many records at once, and no more bytes than that", async () => {
    const { clients, relays: opened, roomTag } = await room();
    const sizes = [...Array.from({ length: 40 }, () => 60_000), ...Array.from({ length: 600 }, () => 1)];
    for (const size of sizes) void clients[0].ask(messageAppend(roomTag, { payload: new Uint8Array(size) }));
    await clients[0].ask(messageAppend(roomTag));
    const next = async (n: number): Promise<number[]> => {
      const found = await opened[1].store.after([{ roomTag, n }]);
      return (found.get(roomTag)?.rows ?? []).map((record) => record.n);
    };
    const from = (n: number, count: number): number[] => Array.from({ length: count }, (_, at) => n + 1 + at);
    // 2 MiB, and the one that no longer fits.
    expect(await next(0)).toEqual(from(0, 35));
    expect(await next(40)).toEqual(from(40, 512));
    expect(await next(552)).toEqual(from(552, 89));
    expect(await next(641)).toEqual([]);
  });

  it("answer a repeat of each other's appends as it was, and refuse another content under its id", async () => {
    const { clients, roomTag } = await room();
    const append = messageAppend(roomTag);
    const first = await clients[0].ask(append);
    expect(await clients[1].ask(append)).toEqual({ ...first, id: expect.any(Number) as number });
    expect(await clients[1].ask({ ...append, payload: systemRandom(9) })).toMatchObject({ error: "append_conflict" });
    // At the same time, to both: it is in the log once.
    const again = messageAppend(roomTag);
    const both = await Promise.all(clients.map((client) => client.ask(again)));
    expect(both.map((answer) => answer.type === "appended" && answer.n)).toEqual([2, 2]);
    expect(await logOf(clients[0], roomTag)).toHaveLength(2);
  });

  it("take one of two commits that are made at once, and tell the other where the room is", async () => {
    const { clients, roomTag, key } = await room();
    let [proved, epoch, lastCommit] = [key, 0, 0];
    for (let round = 0; round < 8; round++) {
      const keys = [newKey(), newKey()] as const;
      for (const client of clients) await client.prove(roomTag, epoch, proved);
      const commits = clients.map((client, at) => client.ask(commitAppend(roomTag, keys[at]!, { epoch, lastCommit })));
      const answers = await Promise.all(commits);
      expect(answers.map(({ type }) => type).toSorted()).toEqual(["appended", "error"]);
      const won = answers.findIndex(({ type }) => type === "appended");
      const n = round + 1;
      expect(answers[1 - won]).toMatchObject({
        error: "stale_epoch",
        position: { epoch: epoch + 1, n, lastCommit: n },
      });
      [proved, epoch, lastCommit] = [keys[won]!, epoch + 1, n];
    }
  });

  it("never sign a later time for a shorter log", async () => {
    const { clients, roomTag } = await room();
    const receipts: HeadReceipt[] = [];
    let isWriting = true;
    const look = async (client: ScriptedClient): Promise<void> => {
      while (isWriting) {
        const answer = await client.ask({ type: "subscribe", roomTag, fromN: 1_000_000 });
        if (answer.type === "subscribed") receipts.push(answer.receipt.receipt);
      }
    };
    const looking = clients.map(look);
    for (let round = 0; round < 40; round++) await clients[round % 2]!.ask(messageAppend(roomTag));
    isWriting = false;
    await Promise.all(looking);
    const byTime = receipts.toSorted((x, y) => x.time - y.time || x.n - y.n).map(({ n }) => n);
    expect(byTime).toEqual(byTime.toSorted((x, y) => x - y));
    expect(new Set(byTime).size).toBeGreaterThan(10);
  });

  it("make one room of two that are made at once, and refuse another content under its tag", async () => {
    const [a, b] = await two();
    const clients = [await a.connect(), await b.connect()] as const;
    const permit = new Uint8Array();
    const make = (at: number, roomTag: RoomTag, fill: number): Promise<Response> =>
      clients[at]!.ask({
        type: "createRoom",
        roomTag,
        writeKey: new Uint8Array(32).fill(fill),
        attachment: permit,
        permit,
      });
    for (let round = 0; round < 5; round++) {
      const [same, other] = [RoomTag.of(systemRandom(32)), RoomTag.of(systemRandom(32))];
      const made = await Promise.all([make(0, same, 1), make(1, same, 1), make(0, other, 1), make(1, other, 2)]);
      expect(made.slice(0, 2).map(({ type }) => type)).toEqual(["created", "created"]);
      expect(
        made
          .slice(2)
          .map(({ type }) => type)
          .toSorted(),
      ).toEqual(["created", "error"]);
    }
  });

  it("deliver to one inbox in the order in which it is seen: nothing comes in below what was seen", async () => {
    const { clients, relays: both, roomTag } = await room();
    const inboxKey = newKey();
    const inboxId = inboxIdOf(sha256, inboxKey.publicKey);
    const owner = await both[0].connect();
    await owner.proveInbox(inboxKey);
    let isDelivering = true;
    const seen: number[] = [];
    const watch = async (): Promise<void> => {
      while (isDelivering) {
        const page = await owner.ask({ type: "fetchInbox", inboxId, after: seen.at(-1) ?? 0 });
        if (page.type === "inbox") seen.push(...page.items.map(({ item }) => item));
      }
    };
    const watching = watch();
    const otherRoom = await newRoom(clients[1]);
    await clients[1].prove(otherRoom.roomTag, 0, otherRoom.key);
    const deliver = async (client: ScriptedClient, tag: RoomTag): Promise<void> => {
      let lastCommit = 0;
      for (let epoch = 0; epoch < 7; epoch++) {
        const next = newKey();
        const deliveries = [{ inboxId, blob: systemRandom(5) }];
        const done = await client.ask(commitAppend(tag, next, { epoch, lastCommit, deliveries }));
        if (done.type !== "appended") throw new Error(JSON.stringify(done));
        lastCommit = done.n;
        await client.prove(tag, epoch + 1, next);
      }
    };
    await Promise.all([deliver(clients[0], roomTag), deliver(clients[1], otherRoom.roomTag)]);
    isDelivering = false;
    await watching;
    const all = await owner.ask({ type: "fetchInbox", inboxId, after: 0 });
    const last = await owner.ask({ type: "fetchInbox", inboxId, after: seen.at(-1) ?? 0 });
    if (all.type !== "inbox" || last.type !== "inbox") throw new Error("no inbox");
    const found = all.items.map(({ item }) => item);
    expect(found).toHaveLength(14);
    // Whoever reads on from where they were has missed nothing.
    expect([...seen, ...last.items.map(({ item }) => item)]).toEqual(found);
  });

  it("tell each other what they wrote, also after a connection was lost", async () => {
    const { clients, relays: both, roomTag } = await room();
    const heard: (SharedChanges | null)[] = [];
    both[1].store.watch((changes) => heard.push(changes));
    await expect.poll(() => heard).toEqual([null]);
    await clients[0].ask(messageAppend(roomTag));
    await expect.poll(() => heard.at(-1)).toEqual({ rooms: [{ roomTag, n: 1 }], requests: [], inboxes: [] });
    expect(await both[1].store.heads([roomTag, RoomTag.of(systemRandom(32))])).toEqual([{ tag: roomTag, n: 1 }]);
    await clients[0].ask({ type: "postPlea", roomTag, blob: systemRandom(7), stays: false });
    await expect.poll(() => heard.at(-1)).toEqual({ rooms: [], requests: [roomTag], inboxes: [] });
    const [before] = [heard.length];
    server.query(both[1].address, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'");
    await expect.poll(() => heard.slice(before)).toEqual([null]);
    await clients[0].ask(messageAppend(roomTag));
    await expect.poll(() => heard.at(-1)).toEqual({ rooms: [{ roomTag, n: 2 }], requests: [], inboxes: [] });
  });

  it("give out an inbox in which something is larger than a page", async () => {
    const { clients, roomTag } = await room();
    const [a, b] = clients;
    const inboxKey = newKey();
    const inboxId = inboxIdOf(sha256, inboxKey.publicKey);
    await b.proveInbox(inboxKey);
    const blobs = [systemRandom(2 ** 21), systemRandom(3)];
    for (const [epoch, blob] of blobs.entries()) {
      const key = newKey();
      const deliveries = [{ inboxId, blob }];
      const lastCommit = epoch;
      await a.ask(commitAppend(roomTag, key, { epoch, lastCommit, deliveries }));
      await a.prove(roomTag, epoch + 1, key);
      const inbox = await b.ask({ type: "fetchInbox", inboxId, after: 0 });
      expect(inbox).toMatchObject({ type: "inbox", items: [{ n: 1 }], more: epoch > 0 });
    }
  });

  it("A83: RULE shared.few-locks: go on when many name many inboxes at once", async () => {
    const { clients, roomTag, relays } = await room();
    const deliveries = (): { inboxId: InboxId; blob: Uint8Array }[] =>
      Array.from({ length: DEFAULT_LIMITS.deliveries }, () => {
        return { inboxId: InboxId.of(systemRandom(32)), blob: new Uint8Array() };
      });
    const appends = Array.from({ length: 512 }, () =>
      commitAppend(roomTag, newKey(), { epoch: 7, deliveries: deliveries() }),
    );
    const stranger = await relays[0].connect();
    const [refused] = stranger.askAll(appends);
    expect(await refused).toMatchObject({ type: "error" });
    expect(await clients[0].ask(messageAppend(roomTag))).toMatchObject({ type: "appended", n: 1 });
  });

  it("take in a room that moves here, and its history, also what they have of it already", async () => {
    const relay = await server.relay(server.newDatabase(), systemRandom(32));
    const [client, key] = [await relay.connect(), newKey()];
    const roomTag = RoomTag.of(systemRandom(32));
    const charter = systemRandom(52);
    const second = new Uint8Array([...sha256(charter), ...systemRandom(20)]);
    const newest = new Uint8Array([...sha256(second), ...systemRandom(20)]);
    const adopt = {
      type: "adoptRoom",
      roomTag,
      n: 41,
      head: systemRandom(32),
      epoch: 5,
      permit: new Uint8Array(),
    } as const;
    const commit = { payload: systemRandom(300), attachment: newest, nextWriteKey: key.publicKey };
    expect(await client.ask({ ...adopt, ...commit })).toMatchObject({ type: "created" });
    await client.prove(roomTag, 6, key);
    const bring = { type: "bringRoster", roomTag, after: sha256(newest) } as const;
    for (const records of [[second], [second, charter], [second, charter]])
      expect(await client.ask({ ...bring, records })).toMatchObject({ type: "done" });
    const read = await client.ask({ type: "readRoster", roomTag, record: sha256(newest) });
    expect(read).toMatchObject({ records: [newest, second, charter] });
  });

  it("take back a room that was made after a copy", async () => {
    const seed = systemRandom(32);
    const [before, after] = [
      await server.relay(server.newDatabase(), seed),
      await server.relay(server.newDatabase(), seed),
    ];
    const client = await before.connect();
    const { roomTag, key } = await newRoom(client);
    await client.prove(roomTag, 0, key);
    const next = newKey();
    await client.ask(messageAppend(roomTag));
    await client.ask(commitAppend(roomTag, next, { attachment: systemRandom(40) }));
    const told = await client.ask({ type: "subscribe", roomTag, fromN: 1 });
    if (told.type !== "subscribed") throw new Error(told.type);
    const { receipt, items } = told;
    const member = await after.connect();
    const bring = { type: "bring", roomTag, receipt, fromN: 1, items, hashes: [], head: receipt.receipt.head } as const;
    expect(await member.ask(bring)).toMatchObject({ type: "brought", n: 2 });
    expect(await member.prove(roomTag, 1, next)).toMatchObject({ type: "done" });
    expect(await logOf(member, roomTag)).toEqual(items);
  });

  it("take back what was deleted after a copy, once what the copy still has is deleted", async () => {
    const [address, seed] = [server.newDatabase(), systemRandom(32)];
    const relay = await server.relay(address, seed);
    const client = await relay.connect();
    const { roomTag, key } = await newRoom(client);
    await client.prove(roomTag, 0, key);
    for (let n = 0; n < 3; n++) await client.ask(messageAppend(roomTag));
    const log = await logOf(client, roomTag);
    const hash = systemRandom(32);
    const gone: LogItem = { ...log[1]!, n: 4, pruned: true, payloadHash: hash, attachmentHash: hash };
    const head = [...log, gone].reduce(
      (before, item) => nextLogHead(sha256, before, itemHash(sha256, roomTag, item)),
      firstLogHead(sha256, roomTag),
    );
    const signed = { roomTag, n: 4, head, time: log[2]!.time, availableFrom: 5, keyEpoch: 0, writeKey: key.publicKey };
    const receipt = { receipt: signed, signature: nodeCrypto.ed25519Sign(seed, headReceiptBytes(signed)) };
    const bring = { type: "bring", roomTag, receipt, fromN: 4, items: [gone], hashes: [], head } as const;
    // The copy's are deleted a step at a time.
    for (const n of [3, 4]) expect(await client.ask(bring)).toMatchObject({ type: "brought", n });
    expect(server.query(address, "SELECT n FROM record WHERE pruned ORDER BY n")).toBe("1\n2\n3\n4");
  });

  it("prune what was loaded for a group, and go on with the next one", async () => {
    const relay = await server.relay(server.newDatabase(), systemRandom(32), 100);
    const client = await relay.connect();
    const { roomTag, key } = await newRoom(client);
    await client.prove(roomTag, 0, key);
    const append = (length: number) => messageAppend(roomTag, { payload: systemRandom(length) });
    for (let n = 0; n < 10; n++) await client.ask(append(10));
    const answers = await Promise.all(client.askAll([append(50), append(50), append(50)]));
    expect(answers).toMatchObject([11, 12, 13].map((n) => ({ type: "appended", n })));
    for (let n = 0; n < 20; n++) await client.ask(append(1));
    const log = await logOf(client, roomTag);
    expect(log.flatMap((item) => (item.pruned ? [] : [item.n]))[0]).toBe(13);
  });

  it("A83: RULE shared.dead-holds-nothing: go on when one of them stops in the midst of a group", async () => {
    const {
      relays: [a, b],
      clients,
      roomTag,
    } = await room();
    const append = { ...messageAppend(roomTag), id: 1 };
    await a.store.load(a.core.reads([append]));
    const began = Date.now();
    expect(await clients[1].ask(messageAppend(roomTag))).toMatchObject({ type: "appended", n: 1 });
    expect(Date.now() - began).toBeGreaterThan(5000);
    expect(b.closed.size).toBe(0);
  }, 30_000);

  it("carry out requests of every kind, whichever of the two they come to", async () => {
    const { clients, roomTag } = await room();
    const [a, b] = clients;
    const token = newKey();
    const slot = newSlot(systemRandom(9), token.publicKey);
    const { slotId } = slot;
    const type = async (answer: Promise<Response>): Promise<string> => {
      const found = await answer;
      return found.type === "error" ? found.error : found.type;
    };
    expect(await type(a.ask({ type: "putSlot", roomTag, slot, life: 0 }))).toBe("done");
    expect(await b.ask({ type: "getSlot", roomTag, slotId, back: 0 })).toMatchObject({ type: "slot", blob: slot.blob });
    expect(await b.ask({ type: "listSlots", roomTag, after: null })).toMatchObject({ slots: [{ slotId, bytes: 9 }] });
    expect(await type(b.proveSlot(roomTag, slotId, token))).toBe("done");
    const posted = await b.ask({ type: "postRequest", roomTag, slotId, blob: systemRandom(7) });
    expect(posted.type).toBe("posted");
    const plea = await b.ask({ type: "postPlea", roomTag, blob: systemRandom(7), stays: false });
    const listed = await a.ask({ type: "listRequests", roomTag, after: 0 });
    expect(listed).toMatchObject({
      type: "requests",
      requests: [posted, plea].map((each) => ({ request: numberOf(each) })),
    });
    const inboxKey = newKey();
    const inboxId = inboxIdOf(sha256, inboxKey.publicKey);
    await b.proveInbox(inboxKey);
    const answer = {
      type: "answerRequest",
      roomTag,
      request: numberOf(posted),
      inboxId,
      blob: systemRandom(3),
    } as const;
    expect([await type(a.ask(answer)), await type(b.ask(answer))]).toEqual(["done", "done"]);
    const inbox = await b.ask({ type: "fetchInbox", inboxId, after: 0 });
    expect(inbox).toMatchObject({ items: [{ blob: answer.blob }], more: false });
    expect(await type(b.ask({ type: "clearInbox", inboxId, upTo: 1e9 }))).toBe("done");
    expect(await b.ask({ type: "fetchInbox", inboxId, after: 0 })).toMatchObject({ items: [] });
    expect(await type(b.ask({ type: "deleteRequest", roomTag, request: numberOf(plea) }))).toBe("done");
    expect(await a.ask({ type: "listRequests", roomTag, after: 0 })).toMatchObject({ requests: [], more: false });
    const secret = systemRandom(32);
    const { blobIdOf } = await import("@conclave/wire");
    const blobId = blobIdOf(sha256, secret);
    const chunk = systemRandom(100);
    expect(await a.ask({ type: "beginBlob", roomTag, blobId, size: 100 })).toMatchObject({
      type: "blobState",
      chunks: 0,
    });
    expect(await b.ask({ type: "writeBlob", roomTag, blobId, index: 0, chunk })).toMatchObject({ chunks: 1 });
    expect(await a.ask({ type: "writeBlob", roomTag, blobId, index: 0, chunk })).toMatchObject({ chunks: 1 });
    expect(await a.ask({ type: "readBlob", roomTag, blobId, index: 0 })).toMatchObject({ type: "blob", chunk });
    expect(await type(b.ask({ type: "dropBlob", roomTag, secret }))).toBe("done");
    expect(await type(a.ask({ type: "readBlob", roomTag, blobId, index: 0 }))).toBe("blob_unknown");
    expect(await type(b.ask({ type: "closeSlot", roomTag, slotId }))).toBe("done");
    expect(await type(a.ask({ type: "getSlot", roomTag, slotId, back: 0 }))).toBe("slot_closed");
    const roster = await b.ask({ type: "readRoster", roomTag, record: sha256(Uint8Array.of(1, 2, 3)) });
    expect(roster).toMatchObject({ type: "roster", records: [Uint8Array.of(1, 2, 3)] });
    expect(await type(a.ask({ type: "unsubscribe", roomTag }))).toBe("done");
    expect(await type(a.ask({ type: "offerRoom", roomTag, permit: new Uint8Array() }))).toBe("room_exists");
  });
});

describe("what relays tell each other", () => {
  it("is anything when it is too much for one message, and when it cannot be read", () => {
    const items = Array.from({ length: 500 }, (_, at) => ({ inboxId: new Uint8Array(32).fill(at).with(1, at >> 8) }));
    const writes = (count: number) => ({ records: [], requests: [], requestsGone: [], items: items.slice(0, count) });
    const message = (count: number) => unitChanges({ writes: writes(count) as never, roomAt: () => null as never });
    expect(readUnitChanges(message(150)!)?.inboxes).toHaveLength(150);
    expect(readUnitChanges(message(500)!)).toBeNull();
    expect(message(0)).toBeNull();
    expect(readUnitChanges("nonsense")).toBeNull();
  });
});

function numberOf(response: Response): number {
  return response.type === "posted" ? response.request : -1;
}
