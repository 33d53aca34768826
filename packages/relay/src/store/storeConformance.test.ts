import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "@conclave/sqlite";
import { BlobId, InboxId, RoomTag, SlotId } from "@conclave/wire";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { conforming, type ConformingStore, conformingPostgres } from "./conformingStore.fixture.js";
import { MemoryStore } from "./memory/memoryStore.js";
import { hasPostgres, PostgresServer } from "./postgres/postgresServer.js";
import { migrate } from "./sqlite/schema.js";
import { SqliteStore } from "./sqlite/sqliteStore.js";
import type { RecordRow } from "./recordTable.js";
import type { RoomRow } from "./roomTable.js";
import type { Store } from "./store.js";

const id = (fill: number, length = 32): Uint8Array => new Uint8Array(length).fill(fill);
const tag = (fill: number) => RoomTag.of(id(fill));
const slotId = (fill: number) => SlotId.of(id(fill));
const inboxId = (fill: number) => InboxId.of(id(fill));
const blobId = (fill: number) => BlobId.of(id(fill));
const all = { items: 1000, bytes: 1_000_000 };
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function sqliteFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "conclave-store-"));
  folders.push(folder);
  return join(folder, "relay.db");
}

let server: PostgresServer | null = null;
beforeAll(async () => {
  if (hasPostgres) server = await PostgresServer.start();
});
afterAll(() => server?.stop());

type Open = () => Promise<ConformingStore>;
const stores: [string, Open][] = [
  ["memory", () => Promise.resolve(conforming(new MemoryStore()))],
  ["sqlite", () => Promise.resolve(conforming(new SqliteStore(openDatabase(sqliteFile()))))],
];
const postgres: [string, Open][] = [
  ["postgresql", () => conformingPostgres(server!.newDatabase(), true)],
  ["postgresql, in one transaction", () => conformingPostgres(server!.newDatabase(), false)],
];

function newRoom(tag: RoomTag): Omit<RoomRow, "no"> {
  return {
    tag,
    creation: id(1),
    begin: 4,
    epoch: 0,
    n: 0,
    lastCommit: 0,
    head: id(2),
    writeKeys: [{ key: id(3), epoch: 0, n: 0, lineage: 0, slot: null, live: true, since: 5, until: 0 }],
    lineage: 0,
    seenAt: 0,
    commits: 0,
    availableFrom: 1,
    messageBytes: 0,
    probationBytes: 0,
    blobBytes: 0,
    oldest: null,
    owed: 0,
    restored: 0,
  };
}

const appendId = (n: number): Uint8Array => id(n % 256, 16).with(15, n >> 8);

function record(n: number, size = 10): RecordRow {
  return {
    n,
    kind: n % 2 === 0 ? "commit" : "message",
    epoch: n * 3,
    time: 1000 + n,
    appendId: appendId(n),
    head: id(n % 256),
    isOnProbation: n % 3 === 0,
    parent: n % 2 === 0 ? n - 1 : 0,
    pruned: false,
    payload: id(n % 256, size),
    attachment: n % 2 === 0 ? id(9, 4) : new Uint8Array(),
  };
}

const from = (fill: number, address = 1) => ({ digest: id(fill), address: id(address, 8) });

/** A record at the end of its room's log. */
function addRecord(store: ConformingStore, { tag: of }: RoomRow, added: RecordRow, nextKey?: Uint8Array): void {
  const row = store.rooms.get(of)!;
  store.records.add(row.no, added, nextKey);
  store.rooms.save({ ...row, n: added.n }, row);
}

describe.each(stores)("store in %s", (_name, open) => {
  conforms(open);
});

describe.skipIf(!hasPostgres).each(postgres)("store in %s (skipped without PostgreSQL)", (_name, open) => {
  conforms(open);
});

function conforms(open: Open): void {
  async function withRooms(): Promise<{ store: ConformingStore; a: RoomRow; b: RoomRow }> {
    const store = await open();
    const a = store.rooms.add(newRoom(tag(10)))!;
    const b = store.rooms.add(newRoom(tag(11)))!;
    await store.turn();
    return { store, a, b };
  }

  it("keeps rooms apart, and as they were saved", async () => {
    const { store, a, b } = await withRooms();
    expect(store.rooms.get(tag(12))).toBeNull();
    expect(store.rooms.get(tag(10))).toEqual(a);
    const changed = {
      ...a,
      epoch: 2,
      n: 7,
      lastCommit: 6,
      head: id(8),
      oldest: 55,
      messageBytes: 12,
      lineage: 5,
      seenAt: 99,
      commits: 4,
      probationBytes: 11,
      availableFrom: 3,
    };
    changed.writeKeys = [
      ...a.writeKeys,
      { key: id(4), epoch: 1, n: 6, lineage: 5, slot: SlotId.of(id(9)), live: false, since: 6, until: 7 },
    ];
    store.rooms.save(changed, a);
    await store.turn();
    expect(store.rooms.get(tag(10))).toEqual(changed);
    // A commit that retires a key, and one that crowds another out.
    const [first, second] = changed.writeKeys;
    const third = { ...second!, key: id(5), n: 8, slot: null, live: true, until: 0 };
    const later = { ...changed, writeKeys: [{ ...first!, live: false, until: 8 }, second!, third], oldest: null };
    store.rooms.save(later, changed);
    await store.turn();
    expect(store.rooms.get(tag(10))).toEqual(later);
    store.rooms.save({ ...later, writeKeys: [second!, third] }, later);
    await store.turn();
    expect(store.rooms.get(tag(10))?.writeKeys).toEqual([second, third]);
    expect(store.rooms.get(tag(11))).toEqual(b);
    await store.close();
  });
  it("keeps the time that receipts have not reached", async () => {
    const { store } = await withRooms();
    expect(store.signedUntil()).toBe(0);
    store.saveSignedUntil(1_700_000_000_123);
    store.saveSignedUntil(1_700_000_000_456);
    await store.turn();
    expect(store.signedUntil()).toBe(1_700_000_000_456);
    await store.close();
  });
  it("pages records by number and by bytes, always at least one", async () => {
    const { store, a, b } = await withRooms();
    for (let n = 1; n <= 300; n++) addRecord(store, a, record(n));
    addRecord(store, b, record(1, 5000));
    addRecord(store, b, record(2, 5000));
    await store.turn();
    expect(store.records.page(a.no, 1, all)).toEqual(Array.from({ length: 300 }, (_, at) => record(at + 1)));
    expect(store.records.page(a.no, 0, { items: 2, bytes: 9999 }).map(({ n }) => n)).toEqual([1, 2]);
    expect(store.records.page(a.no, 299, all).map(({ n }) => n)).toEqual([299, 300]);
    expect(store.records.page(a.no, 301, all)).toEqual([]);
    expect(store.records.page(a.no, 1, { items: 0, bytes: 10 })).toEqual([]);
    expect(store.records.page(a.no, 1, { items: 99, bytes: 24 }).map(({ n }) => n)).toEqual([1, 2]);
    expect(store.records.page(b.no, 1, { items: 99, bytes: 10 }).map(({ n }) => n)).toEqual([1]);
    await store.close();
  });
  it("knows a record by its append id, however old, in its own room", async () => {
    const { store, a, b } = await withRooms();
    expect([store.records.last(a.no), store.records.appended(a.no, appendId(1))]).toEqual([0, null]);
    for (let n = 1; n <= 5000; n++) addRecord(store, a, record(n, 1));
    addRecord(store, b, record(1));
    const found = (room: RoomRow, n: number) => store.records.appended(room.no, appendId(n));
    expect([1, 2500, 5000, 5001].map((n) => found(a, n))).toEqual([1, 2500, 5000, null]);
    expect([1, 2].map((n) => found(b, n))).toEqual([1, null]);
    store.records.prune(a.no, 2, { payloadHash: id(77), attachmentHash: id(78) });
    await store.turn();
    expect([found(a, 2), store.records.last(a.no), store.records.last(b.no)]).toEqual([2, 5000, 1]);
    await store.close();
  });
  it("adds a message once to its room, whatever record has its append id", async () => {
    const { store, a, b } = await withRooms();
    addRecord(store, a, record(1));
    addRecord(store, a, record(2));
    await store.turn();
    const add = (room: RoomRow, row: RecordRow) => {
      const isNew = store.records.addOnce(room.no, row);
      const was = store.rooms.get(room.tag)!;
      if (isNew) store.rooms.save({ ...was, n: row.n }, was);
      return isNew;
    };
    for (const known of [1, 2]) expect(add(a, { ...record(3), appendId: appendId(known) })).toBe(false);
    expect(add(a, record(3))).toBe(true);
    expect(add(a, { ...record(5), n: 4, appendId: appendId(3) })).toBe(false);
    expect(add(b, { ...record(3), n: 1 })).toBe(true);
    await store.turn();
    expect(store.records.page(a.no, 1, all)).toEqual([1, 2, 3].map((n) => record(n)));
    expect(store.records.page(b.no, 1, all)).toEqual([{ ...record(3), n: 1 }]);
    await store.close();
  });
  it("prunes a record to the hashes of its bytes", async () => {
    const { store, a } = await withRooms();
    for (let n = 1; n <= 3; n++) addRecord(store, a, record(n));
    store.records.prune(a.no, 1, { payloadHash: id(77), attachmentHash: id(78) });
    await store.turn();
    const [first, second] = store.records.page(a.no, 1, all);
    await store.turn();
    expect(first).toEqual({ ...record(1), pruned: true, payload: id(77), attachment: id(78) });
    expect(second).toEqual(record(2));
    await store.close();
  });
  it("finds rooms with something old", async () => {
    const { store, a, b } = await withRooms();
    store.rooms.save({ ...a, oldest: 100 }, a);
    store.rooms.save({ ...b, oldest: 50 }, b);
    await store.turn();
    expect(store.rooms.withOld(50, 9)).toEqual([]);
    expect(store.rooms.withOld(51, 9)).toEqual([b.tag]);
    expect(store.rooms.withOld(101, 9)).toHaveLength(2);
    expect(store.rooms.withOld(101, 1)).toHaveLength(1);
    await store.close();
  });
  it("keeps roster records under their hashes, the first under each", async () => {
    const { store, a, b } = await withRooms();
    store.roster.add(a.no, id(1), id(10, 40));
    store.roster.add(a.no, id(2), id(11, 40));
    store.roster.add(a.no, id(2), id(12, 40));
    store.roster.add(b.no, id(3), id(13, 40));
    await store.turn();
    expect([1, 2, 3].map((n) => store.roster.get(a.no, id(n)))).toEqual([id(10, 40), id(11, 40), null]);
    expect([1, 2, 3].map((n) => store.roster.get(b.no, id(n)))).toEqual([null, null, id(13, 40)]);
    await store.close();
  });
  it("tells commits on probation, and confirms them", async () => {
    const { store, a, b } = await withRooms();
    for (let n = 1; n <= 6; n++) addRecord(store, a, record(n));
    await store.turn();
    expect([1, 2, 7].map((n) => store.records.commitAt(a.no, n))).toEqual([
      null,
      { isOnProbation: false, parent: 1, time: 1002 },
      null,
    ]);
    expect(store.records.commitAt(a.no, 6)).toMatchObject({ isOnProbation: true, parent: 5 });
    addRecord(store, a, { ...record(7), kind: "commit", epoch: 3, isOnProbation: true }, id(70));
    addRecord(store, a, { ...record(8), kind: "commit", epoch: 3, isOnProbation: true }, id(80));
    addRecord(store, b, { ...record(1), kind: "commit", epoch: 3, isOnProbation: true }, id(70));
    const waiting = (epoch: number, key: number | null) =>
      store.records.commitOnProbation(a.no, epoch, key === null ? null : id(key));
    expect([waiting(3, null), waiting(3, 70), waiting(3, 71), waiting(4, null)]).toEqual([8, 7, null, null]);
    store.records.confirmCommit(a.no, 8);
    await store.turn();
    expect(waiting(3, null)).toBe(7);
    store.records.confirmCommit(a.no, 6);
    await store.turn();
    expect(store.records.commitAt(a.no, 6)).toMatchObject({ isOnProbation: false, parent: 5 });
    await store.close();
  });
  it("keeps the newest versions of a slot, and forgets them when it closes", async () => {
    const { store, a, b } = await withRooms();
    expect(store.slots.get(a.no, slotId(1))).toBeNull();
    const opened = { time: 7, commits: 3, end: 0 };
    store.slots.open(a.no, slotId(1), id(2), opened);
    await store.turn();
    expect(store.slots.get(a.no, slotId(1))).toEqual({
      tokenPub: id(2),
      closed: false,
      end: 0,
      versions: 0,
      onProbation: 0,
    });
    for (let n = 1; n <= 5; n++) store.slots.addVersion(a.no, slotId(1), { blob: id(n, 3), n, time: n }, false, 3);
    await store.turn();
    expect(store.slots.get(a.no, slotId(1))?.versions).toBe(3);
    expect(store.slots.version(a.no, slotId(1), 0)).toEqual({ blob: id(5, 3), n: 5, time: 5 });
    expect(store.slots.version(a.no, slotId(1), 2)?.n).toBe(3);
    expect(store.slots.version(a.no, slotId(1), 3)).toBeNull();
    expect(store.slots.version(b.no, slotId(1), 0)).toBeNull();
    store.requests.add(a.no, { slotId: slotId(1), blob: id(1), time: 1 }, from(1));
    await store.turn();
    expect(store.slots.openCount(a.no)).toBe(1);
    store.slots.close(a.no, slotId(1));
    await store.turn();
    expect(store.slots.get(a.no, slotId(1))).toEqual({
      tokenPub: id(2),
      closed: true,
      end: 0,
      versions: 0,
      onProbation: 0,
    });
    expect(store.slots.openCount(a.no)).toBe(0);
    expect(store.requests.page(a.no, 0, all)).toEqual([]);
    await store.close();
  });
  it("keeps versions of members and of others apart, opens a slot again, lists the open ones and finds those that have ended", async () => {
    const { store, a, b } = await withRooms();
    const put = (n: number, isOnProbation: boolean) => {
      store.slots.addVersion(a.no, slotId(1), { blob: id(n, n), n, time: n }, isOnProbation, 2);
    };
    store.slots.open(a.no, slotId(1), id(2), { time: 10, commits: 1, end: 0 });
    for (const n of [1, 3, 5]) put(n, false);
    for (const n of [2, 4, 6]) put(n, true);
    put(7, false);
    await store.turn();
    expect(store.slots.get(a.no, slotId(1))).toMatchObject({ versions: 2, onProbation: 2 });
    expect([0, 1, 2, 3, 4].map((back) => store.slots.version(a.no, slotId(1), back)?.n)).toEqual([
      7,
      5,
      6,
      4,
      undefined,
    ]);
    store.slots.open(a.no, slotId(2), id(2), { time: 20, commits: 1, end: 50 });
    store.slots.open(b.no, slotId(3), id(2), { time: 10, commits: 1, end: 0 });
    const first = { slotId: slotId(1), bytes: 22, end: 0 };
    const second = { slotId: slotId(2), bytes: 0, end: 50 };
    await store.turn();
    expect(store.slots.listOpen(a.no, null, 9)).toEqual([first, second]);
    expect(store.slots.listOpen(a.no, null, 1)).toEqual([first]);
    expect(store.slots.listOpen(a.no, slotId(1), 9)).toEqual([second]);
    // A room that has gone on without refreshing a slot, and one that has not.
    store.rooms.save({ ...a, commits: 6 }, a);
    store.rooms.save({ ...b, commits: 5 }, b);
    await store.turn();
    expect(store.slots.ended(50, 11, 5, 9)).toEqual([{ room: a.no, slotId: slotId(1) }]);
    expect(store.slots.ended(51, 10, 5, 9)).toEqual([{ room: a.no, slotId: slotId(2) }]);
    expect(store.slots.ended(51, 11, 4, 9)).toHaveLength(3);
    expect(store.slots.ended(51, 11, 4, 1)).toHaveLength(1);
    store.slots.close(a.no, slotId(1));
    await store.turn();
    expect(store.slots.listOpen(a.no, null, 9)).toEqual([second]);
    store.slots.open(a.no, slotId(1), id(2), { time: 60, commits: 9, end: 0 });
    await store.turn();
    expect(store.slots.get(a.no, slotId(1))).toEqual({
      tokenPub: id(2),
      closed: false,
      end: 0,
      versions: 0,
      onProbation: 0,
    });
    store.requests.add(a.no, { slotId: slotId(2), blob: id(1), time: 1 }, from(1));
    store.slots.drop(a.no, slotId(2));
    await store.turn();
    expect([store.slots.get(a.no, slotId(2)), store.requests.page(a.no, 0, all)]).toEqual([null, []]);
    await store.close();
  });
  it("finds the oldest request of the address with the most, pleas apart", async () => {
    const { store, a } = await withRooms();
    const add = (slot: number | null, fill: number, address: number) =>
      store.requests.add(
        a.no,
        { slotId: slot === null ? null : slotId(slot), blob: id(fill), time: 1 },
        from(fill, address),
      );
    expect(store.requests.oldest(a.no, slotId(1), null)).toBeNull();
    const alone = add(1, 1, 7);
    const [crowded] = [add(1, 2, 8), add(1, 3, 8), add(2, 4, 9), add(2, 5, 9), add(2, 6, 9)];
    const plea = add(null, 7, 8);
    await store.turn();
    expect(store.requests.oldest(a.no, slotId(1), null)).toEqual({ request: crowded, count: 2 });
    expect(store.requests.oldest(a.no, slotId(1), id(7, 8))).toEqual({ request: alone, count: 1 });
    expect(store.requests.oldest(a.no, null, null)).toEqual({ request: plea, count: 1 });
    expect(store.requests.oldest(a.no, null, id(7, 8))).toBeNull();
    expect([store.requests.count(a.no, null), store.requests.find(a.no, null, id(7))]).toEqual([1, plea]);
    expect(store.requests.page(a.no, plea - 1, all)).toEqual([{ request: plea, slotId: null, blob: id(7), time: 1 }]);
    await store.close();
  });
  it("lists, finds and deletes join requests", async () => {
    const { store, a, b } = await withRooms();
    const first = store.requests.add(a.no, { slotId: slotId(1), blob: id(5, 10), time: 10 }, from(50));
    const second = store.requests.add(a.no, { slotId: slotId(2), blob: id(6, 10), time: 20 }, from(60));
    store.requests.add(b.no, { slotId: slotId(1), blob: id(7, 10), time: 30 }, from(70));
    await store.turn();
    expect(second).toBeGreaterThan(first);
    expect(store.requests.find(a.no, slotId(1), id(50))).toBe(first);
    expect(store.requests.find(a.no, slotId(1), id(60))).toBeNull();
    expect(store.requests.count(a.no, slotId(1))).toBe(1);
    expect(store.requests.page(a.no, 0, all)).toEqual([
      { request: first, slotId: slotId(1), blob: id(5, 10), time: 10 },
      { request: second, slotId: slotId(2), blob: id(6, 10), time: 20 },
    ]);
    expect(store.requests.page(a.no, first, all).map(({ request }) => request)).toEqual([second]);
    store.requests.deleteBefore(20);
    await store.turn();
    expect(store.requests.page(a.no, 0, all).map(({ request }) => request)).toEqual([second]);
    store.requests.delete(b.no, second);
    await store.turn();
    expect(store.requests.page(a.no, 0, all)).toHaveLength(1);
    store.requests.delete(a.no, second);
    await store.turn();
    expect(store.requests.page(a.no, 0, all)).toEqual([]);
    const third = store.requests.add(a.no, { slotId: slotId(1), blob: id(5, 10), time: 10 }, from(50));
    await store.turn();
    expect(third).toBeGreaterThan(second + 1);
    await store.close();
  });
  it("keeps a few inbox items of each room, and clears up to a number", async () => {
    const { store } = await withRooms();
    for (let n = 1; n <= 4; n++) store.inboxes.add(inboxId(1), { roomTag: tag(10), n, blob: id(n, 4) }, n, 2);
    store.inboxes.add(inboxId(1), { roomTag: tag(11), n: 9, blob: id(9, 4) }, 9, 2);
    store.inboxes.add(inboxId(2), { roomTag: tag(11), n: 9, blob: id(9, 4) }, 9, 2);
    await store.turn();
    const items = store.inboxes.page(inboxId(1), 0, all);
    await store.turn();
    expect(items.map(({ n }) => n)).toEqual([3, 4, 9]);
    expect(items[0]).toMatchObject({ roomTag: tag(10), blob: id(3, 4) });
    expect(store.inboxes.page(inboxId(1), items[0]!.item, all).map(({ n }) => n)).toEqual([4, 9]);
    store.inboxes.clear(inboxId(1), items[1]!.item);
    await store.turn();
    expect(store.inboxes.page(inboxId(1), 0, all).map(({ n }) => n)).toEqual([9]);
    store.inboxes.deleteBefore(10);
    await store.turn();
    expect(store.inboxes.page(inboxId(1), 0, all)).toEqual([]);
    expect(store.inboxes.page(inboxId(2), 0, all)).toEqual([]);
    await store.close();
  });
  it("keeps blobs of a room chunk by chunk", async () => {
    const { store, a, b } = await withRooms();
    store.blobs.add(a.no, { blobId: blobId(1), size: 150, chunks: 2, time: 10 });
    await store.turn();
    const blob = store.blobs.get(a.no, blobId(1))!;
    await store.turn();
    expect(blob).toMatchObject({ size: 150, chunks: 0 });
    expect(store.blobs.get(b.no, blobId(1))).toBeNull();
    store.blobs.addChunk(blob.no, 0, id(5, 100), 20);
    await store.turn();
    expect(store.blobs.get(a.no, blobId(1))).toEqual({ ...blob, chunks: 1 });
    store.blobs.addChunk(blob.no, 1, id(6, 50), 30);
    await store.turn();
    expect([0, 1, 2, 2 ** 31].map((index) => store.blobs.chunk(blob.no, index))).toEqual([
      id(5, 100),
      id(6, 50),
      null,
      null,
    ]);
    await store.close();
  });
  it("finds blobs by their age, complete and unfinished ones apart; forgets one at once and its bytes by and by", async () => {
    const { store, a, b } = await withRooms();
    const add = (room: RoomRow, blobId: BlobId, written: number, time: number): number => {
      store.blobs.add(room.no, { blobId, size: 300, chunks: 3, time });
      const { no } = store.blobs.get(room.no, blobId)!;
      for (let index = 0; index < written; index++) store.blobs.addChunk(no, index, id(index, 100), time);
      return no;
    };
    const [whole, begun, late] = [add(a, blobId(1), 3, 10), add(b, blobId(2), 1, 20), add(b, blobId(3), 3, 30)];
    const expired = (complete: number, unfinished: number) =>
      store.blobs.expired({ complete, unfinished }, 9).map(({ roomTag, blob }) => [roomTag, blob.no]);
    expect(expired(10, 20)).toEqual([]);
    expect(expired(0, 21)).toEqual([[b.tag, begun]]);
    expect(expired(31, 0)).toEqual([
      [a.tag, whole],
      [b.tag, late],
    ]);
    expect(store.blobs.expired({ complete: 99, unfinished: 99 }, 1)).toHaveLength(1);
    store.blobs.drop(whole);
    await store.turn();
    expect(store.blobs.get(a.no, blobId(1))).toBeNull();
    expect(expired(99, 99)).toHaveLength(2);
    // The name is free again, before the bytes are gone.
    const again = add(a, blobId(1), 1, 40);
    for (let n = 0; n < 9 && store.blobs.purge(1); n++);
    await store.turn();
    expect(store.blobs.purge(1)).toBe(false);
    expect([whole, again, begun].map((no) => store.blobs.chunk(no, 0))).toEqual([null, id(0, 100), id(0, 100)]);
    await store.close();
  });
}

describe("store on a file", () => {
  it("has what was committed after it is opened again, and nothing that was not", () => {
    const path = sqliteFile();
    const first = new SqliteStore(openDatabase(path));
    first.begin();
    const room = first.rooms.add(newRoom(tag(1)))!;
    first.records.add(room.no, record(1));
    first.commit();
    first.begin();
    first.records.add(room.no, record(2));
    first.close();
    const second = new SqliteStore(openDatabase(path));
    expect(second.records.page(second.rooms.get(tag(1))!.no, 1, all)).toEqual([record(1)]);
    second.close();
  });
  it("RULE relay.copy-first: an older database is copied before its schema is changed, a new one is not", () => {
    const database = openDatabase(sqliteFile());
    const steps = ["CREATE TABLE first (n)", "CREATE TABLE second (n)"];
    const tables = () =>
      database
        .prepare("SELECT name FROM sqlite_master")
        .all()
        .map((row) => row["name"]);
    const copied: unknown[] = [];
    const copyFirst = (version: number) => copied.push(version, tables());
    migrate(database, copyFirst, steps.slice(0, 1));
    expect(copied).toEqual([]);
    migrate(database, copyFirst, steps);
    expect(copied).toEqual([7, ["first"]]);
    expect(tables()).toEqual(["first", "second"]);
    migrate(database, copyFirst, steps);
    expect(copied).toHaveLength(2);
    database.close();
  });
  it("refuses a database of a newer version", () => {
    const path = sqliteFile();
    const database = openDatabase(path);
    database.exec("PRAGMA user_version = 999");
    expect(() => new SqliteStore(database)).toThrow("newer version");
    database.close();
  });
  it("refuses a database of rooms that nobody can follow any more, and changes nothing in it", () => {
    const path = sqliteFile();
    const database = openDatabase(path);
    database.exec("CREATE TABLE record (id INTEGER PRIMARY KEY); PRAGMA user_version = 6");
    expect(() => new SqliteStore(database)).toThrow("cannot be continued");
    const tables = database.prepare("SELECT name FROM sqlite_master").all();
    expect(tables).toEqual([{ name: "record" }]);
    expect(database.prepare("PRAGMA user_version").get()).toEqual({ user_version: 6 });
    database.close();
  });
});

describe.each([
  ["memory", () => new MemoryStore()],
  ["sqlite", () => new SqliteStore(openDatabase(sqliteFile()))],
] as [string, () => Store][])("a store of one relay alone, in %s", (_name, open) => {
  it("lists rooms in order with what they hold, and forgets a deleted one but for its tag", () => {
    const store = open();
    store.begin();
    const [a, b] = [store.rooms.add(newRoom(tag(10)))!, store.rooms.add(newRoom(tag(11)))!];
    store.rooms.save({ ...a, n: a.begin + 3, messageBytes: 30, blobBytes: 40 }, a);
    for (const n of [1, 2, 3]) store.records.add(a.no, record(a.begin + n));
    store.roster.add(a.no, id(7), id(70));
    store.blobs.add(a.no, { blobId: blobId(1), size: 9, chunks: 1, time: 5 });
    const summary = { no: a.no, tag: tag(10), records: a.begin + 3, messageBytes: 30, blobBytes: 40 };
    const unused = { no: b.no, tag: tag(11), records: 0, messageBytes: 0, blobBytes: 0, createdAt: null, usedAt: null };
    const used = { ...summary, createdAt: 1001 + a.begin, usedAt: 1003 + a.begin };
    expect(store.rooms.list(0, 9)).toEqual([used, unused]);
    expect(store.rooms.list(0, 1)).toMatchObject([summary]);
    expect(store.rooms.list(a.no, 9)).toEqual([unused]);
    expect(store.rooms.wasDeleted(tag(10))).toBe(false);
    expect([10, 10, 12].map((fill) => store.rooms.delete(tag(fill)))).toEqual([true, false, false]);
    expect([10, 11, 12].map((fill) => store.rooms.wasDeleted(tag(fill)))).toEqual([true, false, false]);
    expect([store.rooms.get(tag(10)), store.rooms.list(0, 9)]).toEqual([null, [unused]]);
    expect(store.rooms.withOld(9999, 9)).toEqual([]);
    while (store.rooms.purge(2) || store.blobs.purge(2));
    expect(store.records.page(a.no, 1, all)).toEqual([]);
    expect([store.roster.get(a.no, id(7)), store.blobs.get(a.no, blobId(1))]).toEqual([null, null]);
    // Its number is not used again.
    expect(store.rooms.add(newRoom(tag(12)))?.no).toBe(b.no + 1);
    store.commit();
    store.close();
  });
});
