import { createHash } from "node:crypto";
import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { openDatabase } from "@conclave/sqlite";
import {
  type CopyPart,
  copyProofBytes,
  copyTag,
  decodeCopyPart,
  encodeCopyPart,
  itemHash,
  type LogItem,
  type LogRecord,
  nextLogHead,
  recordDigest,
  rivalTag,
  type RoomTag,
} from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { MemoryStore } from "../store/memory/memoryStore.js";
import { SqliteStore } from "../store/sqlite/sqliteStore.js";
import { CoreWorld } from "./coreWorld.js";
import { commitAppend, type Key, messageAppend, newKey, newSlot, type ScriptedClient } from "./scriptedClient.js";

const error = (code: string) => ({ type: "error", error: code });
const sha256 = (data: Uint8Array) => new Uint8Array(createHash("sha256").update(data).digest());
const ZEROS = new Uint8Array(32);
const NONE = new Uint8Array();
const HOUR_MS = 3_600_000;

/** A room at its relay, with one member; what the member has read of it. */
class Original {
  items: LogItem[] = [];

  constructor(
    readonly world: CoreWorld,
    readonly client: ScriptedClient,
    readonly roomTag: RoomTag,
    readonly key: Key,
    readonly copyId: Uint8Array = systemRandom(32),
  ) {}

  static async make(world = new CoreWorld()): Promise<Original> {
    const { client, roomTag, key } = await world.founder();
    return new Original(world, client, roomTag, key);
  }

  get source() {
    return { roomTag: this.roomTag, relayKey: this.world.core.relayKey, copyId: this.copyId };
  }

  get tag() {
    return copyTag(sha256, this.source);
  }

  async say(times = 1): Promise<void> {
    for (let n = 0; n < times; n++) await this.client.ask(messageAppend(this.roomTag));
  }

  /** The part from a place on, with the first so many of its records whole. */
  async part(fromN = 1, whole = Infinity): Promise<CopyPart> {
    const answer = await this.client.ask({ type: "subscribe", roomTag: this.roomTag, fromN: 1 });
    if (answer.type !== "subscribed") throw new Error(answer.type);
    const hashes = answer.items.map((item) => itemHash(sha256, this.roomTag, item));
    const first = sha256(new Uint8Array([...new TextEncoder().encode("conclave/log/v1"), ...this.roomTag]));
    const before = hashes.slice(0, fromN - 1).reduce((head, hash) => nextLogHead(sha256, head, hash), first);
    const items = answer.items.slice(fromN - 1).slice(0, whole);
    return { fromN, before, items, hashes: hashes.slice(fromN - 1 + items.length), receipt: answer.receipt };
  }
}

/** Brings a part to a mirror, as a member does. */
function bring(
  mirror: ScriptedClient,
  room: Original,
  part: CopyPart,
  after: number,
  roomTag = room.tag,
  key = room.key,
  permit: Uint8Array = NONE,
) {
  const { source } = room;
  const proof = nodeCrypto.ed25519Sign(key.seed, copyProofBytes(mirror.challenge, roomTag, source));
  return mirror.ask({ type: "bringCopy", roomTag, source, after, part, proof, permit });
}

async function read(mirror: ScriptedClient, roomTag: RoomTag) {
  const page = await mirror.ask({ type: "read", roomTag, fromN: 1, limit: 99 });
  if (page.type !== "page") throw new Error(page.type);
  return page.items.map((item) => {
    const part = item.pruned ? null : decodeCopyPart(item.payload);
    return part?.ok === true ? part.value : null;
  });
}

describe.each([
  ["in memory", () => new MemoryStore()],
  ["on a file", () => new SqliteStore(openDatabase(":memory:"))],
])("a mirror, %s", (_name, store) => {
  it("RULE copy.linked: keeps a room's log part by part, each with what the room's relay signed, and gives it to who knows its tag", async () => {
    const room = await Original.make();
    const world = new CoreWorld({}, store());
    const mirror = await world.connect();
    await room.say(3);
    const first = await room.part();
    expect(await bring(mirror, room, first, 0)).toMatchObject({ type: "brought", n: 3 });
    // Nobody is told of it twice.
    expect(await bring(mirror, room, first, 0)).toMatchObject({ type: "brought", n: 3 });
    await room.say(5);
    const half = await room.part(4, 2);
    expect(half.hashes).toHaveLength(3);
    expect(await bring(mirror, room, half, 1)).toMatchObject({ type: "brought", n: 5 });
    world.restart();
    const again = await world.connect();
    const rest = await room.part(6);
    for (const [part, after, refusal] of [
      [rest, 1, "stale_epoch"],
      [rest, 3, "stale_epoch"],
      [await room.part(7), 2, "unlinked"],
      [await room.part(5), 2, "unlinked"],
      [await room.part(6, 0), 2, "unlinked"],
    ] as const)
      expect(await bring(again, room, part, after)).toMatchObject(error(refusal));
    expect(await bring(again, room, rest, 2)).toMatchObject({ type: "brought", n: 8 });
    expect(await read(again, room.tag)).toEqual([first, half, rest]);
    const stale = await bring(again, room, rest, 1);
    expect(stale).toMatchObject({ type: "brought" });
  });

  it("attack 140: RULE copy.signed, RULE copy.proves-itself, RULE copy.whole: takes nothing that the room's relay has not signed", async () => {
    const room = await Original.make();
    const world = new CoreWorld({}, store());
    const mirror = await world.connect();
    await room.say(3);
    const part = await room.part();
    const [item, ...others] = part.items;
    const { receipt, signature } = part.receipt;
    const place = { n: 1, time: item!.time, pruned: true } as const;
    const deleted: LogItem = { ...place, ...recordDigest(sha256, item as LogRecord) };
    const altered = { ...item!, payload: systemRandom(20) } as LogItem;
    for (const forged of [
      { ...part, items: [altered, ...others] },
      { ...part, items: others },
      { ...part, items: [...part.items].reverse() },
      { ...part, before: ZEROS },
      { ...part, fromN: 2 },
      { ...part, fromN: 0 },
      { ...part, hashes: [ZEROS] },
      { ...part, items: [deleted, ...others] },
      { ...part, receipt: { receipt: { ...receipt, time: receipt.time + 1 }, signature } },
      { ...part, receipt: { receipt, signature: new Uint8Array(64) } },
      { ...part, items: part.items.slice(0, 2), receipt: { receipt: { ...receipt, n: 2 }, signature } },
    ])
      expect(await bring(await world.connect(), room, forged, 0)).toMatchObject(error("unlinked"));
    expect(await mirror.ask({ type: "read", roomTag: room.tag, fromN: 1, limit: 9 })).toMatchObject(
      error("room_unknown"),
    );
    // Another room's, signed by the same relay.
    const other = await Original.make(room.world);
    await other.say();
    const theirs = await other.part();
    const key = { ...other.key };
    expect(await bring(mirror, room, theirs, 0, room.tag, key)).toMatchObject(error("unlinked"));
    expect(await bring(mirror, room, part, 0)).toMatchObject({ type: "brought", n: 3 });
  });

  it("RULE copy.members-only: takes only from who has the key that the receipt names, proved on this connection", async () => {
    const room = await Original.make();
    const world = new CoreWorld({}, store());
    const [mirror, another] = [await world.connect(), await world.connect()];
    await room.say();
    const part = await room.part();
    expect(await bring(mirror, room, part, 0, room.tag, newKey())).toMatchObject(error("proof_invalid"));
    const { source, tag } = room;
    const proof = nodeCrypto.ed25519Sign(room.key.seed, copyProofBytes(another.challenge, tag, source));
    const request = { type: "bringCopy", roomTag: tag, source, after: 0, part, permit: NONE } as const;
    expect(await mirror.ask({ ...request, proof })).toMatchObject(error("proof_invalid"));
    // Who was removed has the key of an earlier epoch, and nothing newer that names it.
    const next = newKey();
    await room.client.ask(commitAppend(room.roomTag, next));
    await room.client.prove(room.roomTag, 1, next);
    const later = await room.part();
    expect(later.receipt.receipt.writeKey).toEqual(next.publicKey);
    expect(await bring(mirror, room, later, 0)).toMatchObject(error("proof_invalid"));
    expect(await bring(mirror, room, later, 0, tag, next)).toMatchObject({ n: 2 });
    expect(await bring(mirror, room, part, 1, tag, next)).toMatchObject(error("proof_invalid"));
  });

  it("RULE copy.no-key: nobody writes in a copy by any other way, and its place belongs to its source alone", async () => {
    const room = await Original.make();
    const world = new CoreWorld({}, store());
    const mirror = await world.connect();
    await room.say();
    const part = await room.part();
    await bring(mirror, room, part, 0);
    const { tag } = room;
    expect(await mirror.ask(messageAppend(tag))).toMatchObject(error("write_denied"));
    expect(await mirror.ask({ type: "putSlot", roomTag: tag, slot: newSlot(), life: 0 })).toMatchObject(
      error("write_denied"),
    );
    const create = { type: "createRoom", roomTag: tag, writeKey: tag, attachment: NONE, permit: NONE } as const;
    expect(await mirror.ask(create)).toMatchObject(error("room_exists"));
    expect(await bring(mirror, room, part, 0, room.roomTag)).toMatchObject(error("unlinked"));
  });

  it("A140: RULE copy.own-place: a stranger who makes a room in the place of a copy keeps nobody from it, and has it no longer", async () => {
    const room = await Original.make();
    const permit = new Uint8Array(systemRandom(8));
    const world = new CoreWorld({ createPermit: permit }, store());
    const [stranger, mirror] = [await world.connect(), await world.connect()];
    const { tag } = room;
    const rivals = rivalTag(sha256, room.source);
    const own = newKey();
    for (const roomTag of [tag, rivals]) {
      const create = { type: "createRoom", roomTag, writeKey: own.publicKey, attachment: NONE, permit } as const;
      expect(await stranger.ask(create)).toMatchObject({ type: "created" });
      await stranger.prove(roomTag, 0, own);
    }
    const token = newKey();
    const slot = await world.openSlot(stranger, tag, token);
    await stranger.proveSlot(tag, slot.slotId, token);
    await room.say(2);
    const part = await room.part();
    // One that it has written there is no part of the copy, and eight are no rivals.
    const made = async (roomTag: RoomTag, payload = systemRandom(9)) =>
      stranger.ask(messageAppend(roomTag, { payload }));
    await made(tag, encodeCopyPart(part));
    for (let n = 0; n < 8; n++) await made(rivals);
    expect(await bring(mirror, room, part, 1)).toMatchObject(error("create_denied"));
    expect(await bring(mirror, room, part, 1, tag, room.key, permit)).toMatchObject({ type: "brought", n: 2 });
    expect(await made(tag)).toMatchObject(error("write_denied"));
    const commit = commitAppend(tag, newKey(), { ground: { by: "slot", slotId: slot.slotId } });
    expect(await stranger.ask(commit)).toMatchObject(error("write_denied"));
    const fork = await (await forked(room.world, room)).part(2, 0);
    expect(await bring(mirror, room, fork, 2, rivals, room.key, permit)).toMatchObject({ type: "brought" });
    await room.say();
    world.restart();
    const again = await world.connect();
    expect(await bring(again, room, await room.part(3), 2)).toMatchObject({ n: 3 });
    expect(await read(again, tag)).toHaveLength(3);
    expect(await read(again, rivals)).toHaveLength(9);
  });

  it("A140: RULE copy.starts-again: who begins a copy with what is so old that nobody can follow it holds it back for a day", async () => {
    const room = await Original.make();
    const world = new CoreWorld({}, store());
    const mirror = await world.connect();
    await room.say(2);
    await bring(mirror, room, await room.part(1, 1), 0);
    room.world.now += 1;
    await room.say(3);
    const later = await room.part(4);
    expect(await bring(mirror, room, later, 1)).toMatchObject(error("unlinked"));
    world.now += 24 * HOUR_MS;
    // Not by what was signed at the same time, nor by what overlaps.
    const { receipt } = await room.part(1, 1);
    expect(receipt.receipt.n).toBe(5);
    expect(await bring(mirror, room, await room.part(1), 1)).toMatchObject(error("unlinked"));
    expect(await bring(mirror, room, later, 1)).toMatchObject({ type: "brought", n: 5 });
    await room.say();
    expect(await bring(mirror, room, await room.part(6), 2)).toMatchObject({ n: 6 });
  });

  it("A140: RULE copy.starts-again: a room that was quiet for long gets no gap: the day begins when the next part is missed", async () => {
    const room = await Original.make();
    const world = new CoreWorld({}, store());
    const mirror = await world.connect();
    await room.say(2);
    await bring(mirror, room, await room.part(), 0);
    world.now += 48 * HOUR_MS;
    room.world.now += 1;
    await room.say(3);
    expect(await bring(mirror, room, await room.part(4), 1)).toMatchObject(error("unlinked"));
    world.now += 23 * HOUR_MS;
    expect(await bring(mirror, room, await room.part(3), 1)).toMatchObject({ type: "brought", n: 5 });
    // Somebody had it: what is missed later is waited for again.
    room.world.now += 1;
    await room.say(2);
    world.now += 2 * HOUR_MS;
    expect(await bring(mirror, room, await room.part(7), 2)).toMatchObject(error("unlinked"));
    expect(await bring(mirror, room, await room.part(6), 2)).toMatchObject({ type: "brought", n: 7 });
  });

  it("A140: RULE copy.own-place: is the copy's also where a mirror that was restored made its log again from what somebody brought", async () => {
    const room = await Original.make();
    const seed = systemRandom(32);
    const world = new CoreWorld({ retention: { maxAge: 1 } }, store(), nodeCrypto, seed);
    const mirror = await world.connect();
    await room.say(2);
    await bring(mirror, room, await room.part(), 0);
    // Who knows the tag is given a receipt for the copy.
    const subscribed = await mirror.ask({ type: "subscribe", roomTag: room.tag, fromN: 1 });
    if (subscribed.type !== "subscribed") throw new Error(subscribed.type);
    const { receipt, items } = subscribed;
    const restored = world.on(new MemoryStore());
    const again = await restored.connect();
    const brings = { type: "bring", roomTag: room.tag, receipt, fromN: 1, items, hashes: [] } as const;
    expect(await again.ask({ ...brings, head: receipt.receipt.head })).toMatchObject({ type: "brought", n: 1 });
    restored.now += 60_000;
    await room.say();
    expect(await bring(again, room, await room.part(3), 1)).toMatchObject({ type: "brought", n: 3 });
  });

  it("is paid for like a room: by the operator's permit, and at the rate of rooms", async () => {
    const room = await Original.make();
    await room.say();
    const part = await room.part();
    const closed = await new CoreWorld({ createPermit: systemRandom(8) }, store()).connect();
    expect(await bring(closed, room, part, 0)).toMatchObject(error("create_denied"));
    const slow = await new CoreWorld({ rates: { create: { burst: 1, perSecond: 0 } } }, store()).connect();
    const other = await Original.make();
    await other.say();
    expect(await bring(slow, room, part, 0)).toMatchObject({ n: 1 });
    expect(await bring(slow, other, await other.part(), 0)).toMatchObject(error("rate_limited"));
    await room.say();
    expect(await bring(slow, room, await room.part(2), 1)).toMatchObject({ n: 2 });
  });

  it("A21: RULE copy.rivals: where rooms take a permit, what contradicts a copy takes none: who brings it is seldom who has it", async () => {
    const at = new CoreWorld();
    const room = await Original.make(at);
    const permit = new Uint8Array(systemRandom(8));
    const mirror = await new CoreWorld({ createPermit: permit }, store()).connect();
    await room.say(2);
    expect(await bring(mirror, room, await room.part(), 0, room.tag, room.key, permit)).toMatchObject({ n: 2 });
    const fork = await (await forked(at, room)).part(2, 0);
    const rivals = rivalTag(sha256, room.source);
    expect(await bring(mirror, room, fork, 1, rivals)).toMatchObject({ type: "brought" });
    expect(await read(mirror, rivals)).toHaveLength(1);
  });

  it("prunes a copy like any room, and begins it anew where nothing can be followed any more", async () => {
    const room = await Original.make();
    const world = new CoreWorld({ retention: { messageBytesPerRoom: 1 } }, store());
    const mirror = await world.connect();
    await room.say(2);
    expect(await bring(mirror, room, await room.part(), 0)).toMatchObject({ n: 2 });
    await room.say(3);
    const later = await room.part(5);
    expect(await bring(mirror, room, later, 1)).toMatchObject({ n: 5 });
  });

  it("A21: RULE copy.rivals: keeps what shows that a relay signed two logs, and nothing else, up to eight times", async () => {
    const at = new CoreWorld();
    const room = await Original.make(at);
    const copy = new CoreWorld({}, store());
    const mirror = await copy.connect();
    await room.say(2);
    await bring(mirror, room, await room.part(), 0);
    const rivals = rivalTag(sha256, room.source);
    // The same log is no evidence.
    await room.say();
    const same = await room.part(2, 0);
    expect(await bring(mirror, room, same, 1, rivals)).toMatchObject(error("unlinked"));
    for (let n = 0; n < 9; n++) {
      // The relay begins again behind the first record, with the same key.
      const fork = await forked(at, room);
      const part = await fork.part(2, 0);
      const expected = n < 8 ? { type: "brought" } : error("quota_exceeded");
      const items = systemItems(part);
      expect(await bring(await copy.connect(), room, { ...part, items }, 1, rivals)).toMatchObject(error("unlinked"));
      expect(await bring(await copy.connect(), room, part, 1, rivals)).toMatchObject(expected);
    }
    expect(await read(mirror, rivals)).toHaveLength(8);
    expect(await read(mirror, room.tag)).toHaveLength(1);
  });
});

const systemItems = (part: CopyPart): LogItem[] =>
  part.hashes.map((_, at) => ({
    ...{ n: part.fromN + at, kind: "message", epoch: 0, time: 1, pruned: false },
    ...{ payload: systemRandom(9), attachment: NONE },
  }));

/** The same room at the same relay, as others are shown it. */
async function forked(world: CoreWorld, room: Original): Promise<Original> {
  const other = world.on(new MemoryStore());
  const client = await other.connect();
  const { roomTag, key } = room;
  const attachment = Uint8Array.of(1, 2, 3);
  await client.ask({ type: "createRoom", roomTag, writeKey: key.publicKey, attachment, permit: NONE });
  await client.prove(roomTag, 0, key);
  const fork = new Original(other, client, roomTag, key, room.copyId);
  await fork.say(3);
  return fork;
}
