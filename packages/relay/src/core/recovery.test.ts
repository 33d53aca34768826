import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { openDatabase } from "@conclave/sqlite";
import {
  firstLogHead,
  headReceiptBytes,
  itemHash,
  nextLogHead,
  recordDigest,
  type HeadReceipt,
  type LogItem,
  type RoomTag,
  type Signed,
} from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { MemoryStore } from "../store/memory/memoryStore.js";
import { SqliteStore } from "../store/sqlite/sqliteStore.js";
import { CoreWorld } from "./coreWorld.js";
import { commitAppend, messageAppend, newKey, type Ask, type Key, type ScriptedClient } from "./scriptedClient.js";

const sha256 = (data: Uint8Array) => nodeCrypto.hash("sha256", data);
const DAY_MS = 24 * 3_600_000;
const settings = { recovery: { settle: 1000, tail: 100, owed: DAY_MS }, retention: { maxAge: 30 * DAY_MS } };
const error = (code: string) => ({ type: "error", error: code });

async function log(client: ScriptedClient, roomTag: RoomTag) {
  const answer = await client.ask({ type: "subscribe", roomTag, fromN: 1 });
  if (answer.type !== "subscribed") throw new Error(JSON.stringify(answer));
  const { items, receipt } = answer;
  return { items, receipt };
}

/**
 * A room whose relay was copied after two messages; then came a message, a commit, and one message more, of which the relay has signed
 * all but the last. `restore`: the copy is put back, with or without being marked as one.
 */
async function scene({ isMarked = true }: { isMarked?: boolean } = {}) {
  const [store, seed] = [new MemoryStore(), systemRandom(32)];
  const world = new CoreWorld(settings, store, nodeCrypto, seed);
  const { client, roomTag, key } = await world.founder();
  const next = newKey();
  const say = (epoch: number, lastCommit: number) =>
    client.ask(messageAppend(roomTag, { epoch, lastCommit, payload: systemRandom(30) }));
  for (let n = 0; n < 2; n++) await say(0, 0);
  const copy = store.copy();
  await say(0, 0);
  await client.ask(commitAppend(roomTag, next, { attachment: systemRandom(40) }));
  await client.prove(roomTag, 1, next);
  const { receipt } = await log(client, roomTag);
  await say(1, 4);
  const { items } = await log(client, roomTag);
  if (isMarked) copy.restored();
  const restored = world.on(copy);
  const member = await restored.connect();
  return { world: restored, member, roomTag, key, next, receipt, items, copy, seed };
}

function headOf(roomTag: RoomTag, items: readonly LogItem[]): Uint8Array {
  return items.reduce(
    (head, item) => nextLogHead(sha256, head, itemHash(sha256, roomTag, item)),
    firstLogHead(sha256, roomTag),
  );
}

/** Brings the records from `fromN` to `to`, with the hashes of those after them up to `upTo`. */
function bring(
  { roomTag, receipt, items }: { roomTag: RoomTag; receipt: Signed<HeadReceipt>; items: readonly LogItem[] },
  fromN: number,
  to: number,
  upTo = to,
): Extract<Ask, { type: "bring" }> {
  const hashes = items.slice(to, upTo).map((item) => itemHash(sha256, roomTag, item));
  const head = headOf(roomTag, items.slice(0, upTo));
  return { type: "bring", roomTag, receipt, fromN, items: items.slice(fromN - 1, to), hashes, head };
}

const subscribe = (roomTag: RoomTag): Ask => ({ type: "subscribe", roomTag, fromN: 1 });
const say = (roomTag: RoomTag, epoch: number, lastCommit: number) => messageAppend(roomTag, { epoch, lastCommit });
const prove = (client: ScriptedClient, roomTag: RoomTag, epoch: number, key: Key) => client.prove(roomTag, epoch, key);

describe("a relay that was restored from a copy", () => {
  it("RULE recovery.asks-first: appends and signs nothing before everybody had time to show more, and goes on where nobody knows more", async () => {
    const { world, member, roomTag, key } = await scene();
    await prove(member, roomTag, 0, key);
    expect(await member.ask(subscribe(roomTag))).toMatchObject({ ...error("room_recovering"), retryAfter: 1000 });
    expect(await member.ask(say(roomTag, 0, 0))).toMatchObject({ ...error("room_recovering"), position: { n: 2 } });
    // The relay's clock gives parts of a millisecond; what it says has none.
    world.now += 0.25;
    expect(await member.ask(subscribe(roomTag))).toMatchObject({ ...error("room_recovering"), retryAfter: 1000 });
    // Reading goes on.
    expect(await member.ask({ type: "read", roomTag, fromN: 1, limit: 9 })).toMatchObject({ type: "page", n: 2 });
    world.now += 1000;
    expect(await member.ask(subscribe(roomTag))).toMatchObject({ type: "subscribed", receipt: { receipt: { n: 2 } } });
    expect(await member.ask(say(roomTag, 0, 0))).toMatchObject({ type: "appended", n: 3 });
    // It is found out once for each room.
    world.restart();
    expect(await (await world.connect()).ask(subscribe(roomTag))).toMatchObject({ type: "subscribed" });
  });

  it("RULE recovery.nothing-before, RULE receipt.names-key: takes back what was signed, a part at a time, then what was not, and goes on behind it", async () => {
    const all = await scene();
    const { world, member, roomTag, next, receipt, items } = all;
    expect(await member.ask(bring(all, 1, 0, 0))).toMatchObject({ type: "brought", n: 2 });
    world.now += 5000;
    expect(await member.ask(subscribe(roomTag))).toMatchObject({ ...error("room_recovering"), position: { n: 2 } });
    expect(await member.ask(bring(all, 3, 3, 4))).toMatchObject({ type: "brought", n: 3 });
    expect(await member.ask(bring(all, 4, 4))).toMatchObject({ type: "brought", n: 4 });
    expect(receipt.receipt.n).toBe(4);
    // The key that was signed is the members' again.
    expect(await prove(member, roomTag, 1, next)).toMatchObject({ type: "done" });
    expect(await member.ask(bring(all, 5, 5))).toMatchObject({ type: "brought", n: 5 });
    expect(await member.ask(subscribe(roomTag))).toMatchObject(error("room_recovering"));
    world.now += 1000;
    const after = await log(member, roomTag);
    expect(after.items).toEqual(items);
    expect(after.receipt.receipt).toMatchObject({ n: 5, head: headOf(roomTag, items), keyEpoch: 1 });
    expect(await member.ask(say(roomTag, 1, 4))).toMatchObject({ type: "appended", n: 6 });
    const record = items[3] as { attachment: Uint8Array };
    const roster = await member.ask({ type: "readRoster", roomTag, record: sha256(record.attachment) });
    expect(roster).toMatchObject({ records: [record.attachment] });
  });

  it("that nobody told so learns it from its own signature, and from a member who has read further", async () => {
    const all = await scene({ isMarked: false });
    const { world, member, roomTag, key } = all;
    const stranger = await world.connect();
    expect(await stranger.ask(bring(all, 6, 5, 5))).toMatchObject({ type: "brought", n: 2 });
    await prove(member, roomTag, 0, key);
    expect(await member.ask(say(roomTag, 0, 0))).toMatchObject(error("room_recovering"));
    // Also after a restart.
    world.restart();
    const again = await world.connect();
    await prove(again, roomTag, 0, key);
    expect(await again.ask(say(roomTag, 0, 0))).toMatchObject(error("room_recovering"));
  });

  it("A162: RULE recovery.chain-to-signed-head: takes no record that differs, comes from elsewhere, or leads past the head", async () => {
    const all = await scene();
    const { member, roomTag, items } = all;
    const other: LogItem = { ...(items[2] as Extract<LogItem, { pruned: false }>), payload: systemRandom(30) };
    const changed = { ...all, items: [...items.slice(0, 2), other, ...items.slice(3)] };
    const wrong = error("unlinked");
    expect(await member.ask(bring(changed, 3, 4))).toMatchObject(wrong);
    expect(await member.ask({ ...bring(changed, 3, 4), head: headOf(roomTag, items.slice(0, 4)) })).toMatchObject(
      wrong,
    );
    expect(await member.ask(bring(all, 3, 5))).toMatchObject(wrong);
    expect(await member.ask(bring(all, 3, 3))).toMatchObject(wrong);
    const shifted = bring(all, 3, 4);
    expect(
      await member.ask({ ...shifted, items: shifted.items.map((item) => ({ ...item, n: item.n + 1 })) }),
    ).toMatchObject(wrong);
    expect(await member.ask(bring(all, 3, 4))).toMatchObject({ type: "brought", n: 4 });
  });

  it("A162: RULE recovery.own-signature: is obliged by nobody else's signature, nor by one for another room", async () => {
    const all = await scene({ isMarked: false });
    const { member, roomTag, receipt, key } = all;
    const seed = systemRandom(32);
    const { headReceiptBytes } = await import("@conclave/wire");
    const forged = {
      receipt: receipt.receipt,
      signature: nodeCrypto.ed25519Sign(seed, headReceiptBytes(receipt.receipt)),
    };
    expect(await member.ask(bring({ ...all, receipt: forged }, 3, 4))).toMatchObject(error("proof_invalid"));
    const higher = { ...receipt, receipt: { ...receipt.receipt, n: 9 } };
    expect(await member.ask(bring({ ...all, receipt: higher }, 3, 2, 2))).toMatchObject(error("proof_invalid"));
    await prove(member, roomTag, 0, key);
    expect(await member.ask(say(roomTag, 0, 0))).toMatchObject({ type: "appended" });
  });

  it("A162: RULE recovery.tail-by-members: what was not signed comes back by members only, while it is waited for, and is no commit", async () => {
    const all = await scene();
    const { world, member, roomTag, key, next, items } = all;
    await member.ask(bring(all, 3, 4));
    // Who was removed by the commit has the key from before it.
    const removed = await world.connect();
    await prove(removed, roomTag, 0, key);
    expect(await removed.ask(bring(all, 5, 5))).toMatchObject(error("write_denied"));
    await prove(member, roomTag, 1, next);
    const commit = { ...(items[4] as Extract<LogItem, { pruned: false }>), kind: "commit" as const };
    const slipped = { ...all, items: [...items.slice(0, 4), commit] };
    expect(await member.ask(bring(slipped, 5, 5))).toMatchObject(error("unlinked"));
    world.now += 5000;
    expect(await member.ask(bring(all, 5, 5))).toMatchObject(error("write_denied"));
  });

  it("A110: RULE recovery.commits-whole: takes no commit without its bytes, and no message that was not signed as deleted", async () => {
    const all = await scene();
    const { member, roomTag, items } = all;
    const gone = (item: LogItem): LogItem =>
      item.pruned ? item : { ...recordDigest(sha256, item), n: item.n, time: item.time, pruned: true };
    for (const n of [3, 4]) {
      const without = { ...all, items: items.map((item) => (item.n === n ? gone(item) : item)) };
      expect(headOf(roomTag, without.items)).toEqual(headOf(roomTag, items));
      expect(await member.ask(bring(without, 3, 4))).toMatchObject(error("unlinked"));
    }
  });

  it("A162: RULE recovery.room-by-its-log: makes a room again only by the very log that it has signed, and goes on with its members", async () => {
    const all = await scene();
    const { roomTag, next, key, items, receipt } = all;
    const world = all.world.on(new MemoryStore());
    const member = await world.connect();
    const unknown = error("room_unknown");
    const other: LogItem = { ...(items[0] as Extract<LogItem, { pruned: false }>), payload: systemRandom(30) };
    const forged = { ...receipt, signature: systemRandom(64) };
    for (const wrong of [
      bring({ ...all, receipt: forged }, 1, 4),
      bring(all, 1, 0, 0),
      bring({ ...all, items: [other, ...items.slice(1)] }, 1, 4),
      bring(all, 1, 3),
      bring(all, 1, 5),
      bring(all, 3, 4),
    ])
      expect(await member.ask(wrong)).toMatchObject(unknown);
    expect(await member.ask(bring(all, 1, 2, 4))).toMatchObject({ type: "brought", n: 2 });
    expect(await member.ask(subscribe(roomTag))).toMatchObject({ ...error("room_recovering"), position: { n: 2 } });
    expect(await member.ask(bring(all, 3, 4))).toMatchObject({ type: "brought", n: 4 });
    expect(await prove(member, roomTag, 0, key)).toMatchObject(error("write_denied"));
    expect(await prove(member, roomTag, 1, next)).toMatchObject({ type: "done" });
    expect(await member.ask(bring(all, 5, 5))).toMatchObject({ type: "brought", n: 5 });
    world.now += 1000;
    expect((await log(member, roomTag)).items).toEqual(items);
    expect(await member.ask(say(roomTag, 1, 4))).toMatchObject({ type: "appended", n: 6 });
    world.core.deleteRoom(roomTag, world.now);
    world.flush();
    expect(await member.ask(bring(all, 1, 4))).toMatchObject(error("room_deleted"));
  });

  it("A162: RULE recovery.room-by-its-log: takes the members' key from what it has signed, and from nothing else", async () => {
    const all = await scene();
    const { roomTag, next, receipt } = all;
    const world = all.world.on(new MemoryStore());
    const stranger = await world.connect();
    const own = newKey();
    await stranger.ask(bring(all, 1, 0, 0));
    const named = { ...receipt.receipt, keyEpoch: 9, writeKey: own.publicKey };
    const forged = { receipt: named, signature: systemRandom(64) };
    await stranger.ask(bring({ ...all, receipt: forged }, 1, 2, 4));
    expect(await prove(stranger, roomTag, 9, own)).toMatchObject({ type: "error" });
    const member = await world.connect();
    expect(await member.ask(bring(all, 1, 4))).toMatchObject({ type: "brought" });
    expect(await member.ask(bring(all, 3, 4))).toMatchObject({ type: "brought", n: 4 });
    expect(await prove(stranger, roomTag, 9, own)).toMatchObject(error("write_denied"));
    expect(await prove(member, roomTag, 1, next)).toMatchObject({ type: "done" });
    world.now += 1000;
    expect(await member.ask(say(roomTag, 1, 4))).toMatchObject({ type: "appended", n: 5 });
  });

  it("A162: RULE recovery.made-again: founds no other room in the place of one that it has signed, and takes none that goes beyond it without a permit", async () => {
    const all = await scene();
    const { roomTag, receipt } = all;
    const permit = systemRandom(8);
    const world = new CoreWorld({ ...settings, createPermit: permit }, new MemoryStore(), nodeCrypto, all.seed);
    const stranger = await world.connect();
    await stranger.ask(bring(all, 1, 0, 0));
    const [attachment, writeKey] = [new Uint8Array(), newKey().publicKey];
    expect(await stranger.ask({ type: "createRoom", roomTag, writeKey, attachment, permit })).toMatchObject(
      error("room_exists"),
    );
    const adopt = { ...({ type: "adoptRoom", roomTag, head: systemRandom(32), epoch: 0 } as const), attachment };
    const commit = { payload: systemRandom(9), nextWriteKey: writeKey, permit: new Uint8Array() };
    expect(await stranger.ask({ ...adopt, ...commit, n: receipt.receipt.n })).toMatchObject(error("create_denied"));
    expect(await stranger.ask({ ...adopt, ...commit, n: 1 })).toMatchObject(error("room_recovering"));
  });

  it("A162: RULE recovery.one-head: adopts nothing that leads to another head than it has signed for the same record", async () => {
    const all = await scene();
    const world = all.world.on(new MemoryStore());
    const stranger = await world.connect();
    await stranger.ask(bring(all, 1, 0, 0));
    const adopt = { ...({ type: "adoptRoom", roomTag: all.roomTag, head: systemRandom(32), epoch: 0 } as const) };
    const commit = { payload: systemRandom(9), attachment: new Uint8Array(), nextWriteKey: newKey().publicKey };
    const request = { ...adopt, ...commit, n: all.receipt.receipt.n - 1, permit: new Uint8Array() };
    expect(await stranger.ask(request)).toMatchObject(error("room_exists"));
  });

  it("A162: RULE recovery.shown-when-low: learns what it had signed on a disk that is nearly full, and signs nothing less", async () => {
    const all = await scene({ isMarked: false });
    const { world, member, roomTag } = all;
    world.freeBytes = 1;
    world.tick(1000);
    expect(world.core.storage).toBe("low");
    expect(await member.ask(bring(all, 3, 2, 2))).toMatchObject({ type: "brought", n: 2 });
    expect(await member.ask(subscribe(roomTag))).toMatchObject(error("room_recovering"));
    expect(await member.ask(bring(all, 3, 4))).toMatchObject(error("storage_full"));
  });

  it("A162: RULE recovery.times-in-order: whoever brings records says nothing of when they were written that has them deleted", async () => {
    const all = await scene();
    const { world, member, roomTag, items } = all;
    world.now += 5000;
    const old = { ...all, items: items.map((item, at) => ({ ...item, time: at === 2 ? 0 : Number.MAX_SAFE_INTEGER })) };
    expect(await member.ask(bring(old, 3, 4))).toMatchObject({ type: "brought", n: 4 });
    world.tick(61_000);
    const after = await log(member, roomTag);
    expect(after.items.slice(0, 4).map(({ pruned }) => pruned)).toEqual([false, false, false, false]);
    const times = after.items.map(({ time }) => time);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times.at(3)).toBeLessThanOrEqual(all.receipt.receipt.time);
  });

  it("A83, A162: RULE recovery.gone-on: who comes with a signed head after the room has gone on without it stops nothing", async () => {
    const all = await scene();
    const { world, member, roomTag, key, receipt } = all;
    await member.ask(subscribe(roomTag));
    world.now += 1000;
    await prove(member, roomTag, 0, key);
    expect(await member.ask(say(roomTag, 0, 0))).toMatchObject({ type: "appended", n: 3 });
    const late = await world.connect();
    expect(await late.ask(bring(all, 4, 3, 3))).toMatchObject({ type: "brought", n: 3 });
    expect(receipt.receipt.n).toBeGreaterThan(3);
    expect(await member.ask(say(roomTag, 0, 0))).toMatchObject({ type: "appended", n: 4 });
    // Where nothing was written meanwhile, all of it comes back.
    const quiet = await scene();
    await quiet.member.ask(subscribe(quiet.roomTag));
    quiet.world.now += 1000;
    expect(await quiet.member.ask(subscribe(quiet.roomTag))).toMatchObject({ type: "subscribed" });
    expect(await quiet.member.ask(bring(quiet, 3, 4))).toMatchObject({ type: "brought", n: 4 });
  });

  it("A83, A162: RULE recovery.owed-ends: records that nobody brings are waited for a day in which people are there, and not for ever", async () => {
    const all = await scene({ isMarked: false });
    const { world, member, roomTag, key } = all;
    await prove(member, roomTag, 0, key);
    await (await world.connect()).ask(bring(all, 3, 2, 2));
    const waiting = error("room_recovering");
    const hours = async (count: number) => {
      for (let hour = 0; hour < count * 2; hour++) {
        expect(await member.ask(say(roomTag, 0, 0))).toMatchObject(waiting);
        world.tick(DAY_MS / 48);
      }
    };
    await hours(20);
    // Nobody was there, who could have brought it.
    world.tick(DAY_MS);
    await hours(24);
    expect(await member.ask(say(roomTag, 0, 0))).toMatchObject({ type: "appended", n: 3 });
    await (await world.connect()).ask(bring(all, 4, 3, 3));
    expect(await member.ask(say(roomTag, 0, 0))).toMatchObject({ type: "appended", n: 4 });
  });

  it("A162: RULE recovery.members-ask: nobody but a member ends the wait by asking for a day", async () => {
    const all = await scene({ isMarked: false });
    const { world, roomTag, key } = all;
    const waiting = error("room_recovering");
    await (await world.connect()).ask(bring(all, 3, 2, 2));
    for (let half = 0; half < 60; half++) {
      const former = await world.connect();
      expect(await former.ask(subscribe(roomTag))).toMatchObject(waiting);
      expect(await former.ask(say(roomTag, 0, 0))).toMatchObject(waiting);
      world.tick(DAY_MS / 48);
    }
    const member = await world.connect();
    await prove(member, roomTag, 0, key);
    expect(await member.ask(subscribe(roomTag))).toMatchObject(waiting);
    expect(await member.ask(bring(all, 3, 4))).toMatchObject({ type: "brought", n: 4 });
  });

  it("A83, A162: RULE recovery.owed-ends: who shows the same head again and again after that day stops nobody for another one", async () => {
    const all = await scene({ isMarked: false });
    const { world, member, roomTag, key } = all;
    await prove(member, roomTag, 0, key);
    const waiting = error("room_recovering");
    const show = async () => (await world.connect()).ask(bring(all, 3, 2, 2));
    // With the key of before the room went on, as somebody has who was removed meanwhile.
    const look = () => member.ask(subscribe(roomTag));
    await show();
    for (let half = 0; half < 48; half++) {
      expect(await look()).toMatchObject(waiting);
      world.tick(DAY_MS / 48);
    }
    // It is over, and they show the head once more.
    expect(await look()).toMatchObject({ type: "subscribed" });
    await show();
    expect(await look()).toMatchObject({ type: "subscribed" });
    // Later there is a moment for it, as somebody may have the records after all.
    world.now += 600_000;
    await show();
    expect(await member.ask(say(roomTag, 0, 0))).toMatchObject(waiting);
    world.now += 1000;
    expect(await look()).toMatchObject({ type: "subscribed" });
    await show();
    expect(await member.ask(say(roomTag, 0, 0))).toMatchObject({ type: "appended", n: 3 });
  });

  /** A room of so many messages, some of them written after the copy; then all of them were deleted, and that was signed. */
  async function deleted(before: number, after: number) {
    const [store, seed] = [new MemoryStore(), systemRandom(32)];
    const first = new CoreWorld(settings, store, nodeCrypto, seed);
    const { client, roomTag, key } = await first.founder();
    for (let n = 0; n < before; n++) await client.ask(say(roomTag, 0, 0));
    const copy = store.copy();
    for (let n = 0; n < after; n++) await client.ask(say(roomTag, 0, 0));
    const { items } = await log(client, roomTag);
    for (let part = 0; part < 3; part++) first.tick(31 * DAY_MS);
    const { receipt } = await log(client, roomTag);
    expect(receipt.receipt).toMatchObject({ n: before + after, availableFrom: before + after + 1 });
    const world = new CoreWorld({ ...settings, retention: { maxAge: null } }, copy, nodeCrypto, seed);
    world.now = first.now;
    const [member, other] = [await world.connect(), await world.connect()];
    return { world, member, other, roomTag, key, items, receipt };
  }

  it("A110, A162: RULE recovery.pruning-stands: signs nothing before it has deleted again what it had said it deletes, a part at a time", async () => {
    const all = await deleted(300, 0);
    const { member, other, roomTag } = all;
    const show = (to: ScriptedClient) => to.ask({ ...bring(all, 1, 0, 0), fromN: 301 });
    expect(await show(member)).toMatchObject({ type: "brought", n: 300 });
    expect(await other.ask(subscribe(roomTag))).toMatchObject(error("room_recovering"));
    await show(member);
    const after = await log(other, roomTag);
    expect(after.receipt.receipt).toMatchObject({ n: 300, availableFrom: 301 });
    expect(after.items.every(({ pruned }) => pruned)).toBe(true);
    // Where who showed it does not come back, it is signed all the same, after a while.
    const left = await deleted(300, 0);
    await left.member.ask({ ...bring(left, 1, 0, 0), fromN: 301 });
    left.world.now += 600_000;
    expect((await log(left.other, left.roomTag)).receipt.receipt).toMatchObject({ n: 300, availableFrom: 301 });
    // Nobody else's word has anything deleted.
    const forged = await deleted(3, 0);
    const receipt = { ...forged.receipt, signature: systemRandom(64) };
    expect(await forged.member.ask(bring({ ...forged, receipt }, 1, 0, 0))).toMatchObject(error("proof_invalid"));
    expect((await log(forged.other, forged.roomTag)).receipt.receipt).toMatchObject({ n: 3, availableFrom: 1 });
  });

  it("A110, A162: RULE recovery.pruning-stands: takes back what it had said it deletes as deleted, also from who still has it", async () => {
    const all = await deleted(2, 3);
    const { world, member, other, roomTag } = all;
    await member.ask(bring(all, 3, 2, 2));
    expect(await member.ask(bring(all, 3, 5))).toMatchObject({ type: "brought", n: 5 });
    world.now += 1000;
    const after = await log(other, roomTag);
    expect(after.receipt.receipt).toMatchObject({ n: 5, availableFrom: 6 });
    expect(after.items.map(({ pruned }) => pruned)).toEqual([true, true, true, true, true]);
  });

  it("A110, A162: RULE recovery.pruning-stands: also where a member has brought a message as if it were written since", async () => {
    const [store, seed] = [new MemoryStore(), systemRandom(32)];
    const first = new CoreWorld(settings, store, nodeCrypto, seed);
    const { client, roomTag, key } = await first.founder();
    for (let n = 0; n < 2; n++) await client.ask(say(roomTag, 0, 0));
    const before = await log(client, roomTag);
    const copy = store.copy();
    for (let n = 0; n < 2; n++) await client.ask(say(roomTag, 0, 0));
    const { items } = await log(client, roomTag);
    for (let part = 0; part < 3; part++) first.tick(31 * DAY_MS);
    const { receipt } = await log(client, roomTag);
    const world = new CoreWorld({ ...settings, retention: { maxAge: null } }, copy, nodeCrypto, seed);
    world.now = first.now + 60_000;
    const [member, other] = [await world.connect(), await world.connect()];
    await prove(member, roomTag, 0, key);
    const now = items.map((item) => ({ ...item, time: first.now + 60_000 }));
    const unsigned = { roomTag, receipt: before.receipt, items: now };
    await member.ask({ ...bring(unsigned, 1, 0, 0), fromN: 4 });
    expect(await member.ask(bring(unsigned, 3, 3))).toMatchObject({ type: "brought", n: 3 });
    expect(await other.ask(bring({ roomTag, receipt, items }, 4, 4))).toMatchObject({ type: "brought", n: 4 });
    world.now += 1000;
    const after = await log(other, roomTag);
    expect(after.receipt.receipt).toMatchObject({ n: 4, availableFrom: 5 });
    expect(after.items.map(({ pruned }) => pruned)).toEqual([true, true, true, true]);
  });

  it("A83: RULE recovery.own-ids: takes back a record under whose head another one was appended", async () => {
    const seed = systemRandom(32);
    const database = openDatabase(":memory:", {});
    const store = new SqliteStore(
      database,
      () => undefined,
      () => undefined,
    );
    const { client, roomTag, key } = await new CoreWorld(settings, store, nodeCrypto, seed).founder();
    const items = [1, 2].map((n): LogItem => {
      const content = { payload: systemRandom(30), attachment: new Uint8Array() };
      return { n, kind: "message", epoch: 0, time: 0, pruned: false, ...content };
    });
    const [{ payload }] = items as [Extract<LogItem, { pruned: false }>];
    const head = headOf(roomTag, items);
    await client.ask(messageAppend(roomTag, { payload, appendId: head.slice(0, 16) }));
    const signed = { roomTag, n: 2, head, time: 1, availableFrom: 1, keyEpoch: 0, writeKey: key.publicKey };
    const receipt = { receipt: signed, signature: nodeCrypto.ed25519Sign(seed, headReceiptBytes(signed)) };
    expect(await client.ask(bring({ roomTag, receipt, items }, 2, 2))).toMatchObject({ type: "brought", n: 2 });
  });

  it("A83: RULE recovery.claims-seldom: a member who says that more is missing makes the room wait a moment, and not again soon", async () => {
    const all = await scene({ isMarked: false });
    const { world, member, roomTag, key, items } = all;
    const old = { ...all, receipt: (await log(member, roomTag)).receipt };
    await prove(member, roomTag, 0, key);
    const claim = () => member.ask({ ...bring(old, 3, 2, 2), fromN: 9, head: headOf(roomTag, items) });
    await claim();
    expect(await member.ask(say(roomTag, 0, 0))).toMatchObject(error("room_recovering"));
    world.now += 100;
    await claim();
    expect(await member.ask(say(roomTag, 0, 0))).toMatchObject({ type: "appended" });
    const stranger = await world.connect();
    world.now += 3_600_000;
    await stranger.ask({ ...bring(old, 3, 2, 2), fromN: 9, head: headOf(roomTag, items) });
    expect(await member.ask(say(roomTag, 0, 0))).toMatchObject({ type: "appended" });
  });
});
