import { createHash } from "node:crypto";
import { systemRandom } from "@conclave/crypto/node";
import { openDatabase } from "@conclave/sqlite";
import { nextLogHead, recordHash, RoomTag } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { MemoryStore } from "../store/memory/memoryStore.js";
import { SqliteStore } from "../store/sqlite/sqliteStore.js";
import { CoreWorld } from "./coreWorld.js";
import { commitAppend, messageAppend, newKey } from "./scriptedClient.js";

const error = (code: string) => ({ type: "error", error: code });
const sha256 = (data: Uint8Array) => new Uint8Array(createHash("sha256").update(data).digest());
const permit = new Uint8Array();
const ZEROS = new Uint8Array(32);

/** A chain of roster records, the newest first: each names the one before it. */
function chain(length: number): Uint8Array[] {
  const records: Uint8Array[] = [];
  for (let before: Uint8Array = ZEROS; records.length < length; before = sha256(records[0]!))
    records.unshift(new Uint8Array([...before, ...systemRandom(20)]));
  return records;
}

/** A room that has moved, and who is in it. */
function moved(records = chain(4)) {
  const key = newKey();
  const commit = { epoch: 5, payload: systemRandom(300), attachment: records[0]!, nextWriteKey: key.publicKey };
  const adopt = { type: "adoptRoom" as const, roomTag: RoomTag.of(systemRandom(32)), n: 41, head: systemRandom(32) };
  return { key, records, adopt: { ...adopt, ...commit, permit } };
}

describe.each([
  ["in memory", () => new MemoryStore()],
  ["on a file", () => new SqliteStore(openDatabase(":memory:"))],
])("a room from another relay, %s", (_name, store) => {
  it("RULE room.adopted-once: its log goes on behind the place that it had, with the commit that moved it", async () => {
    const world = new CoreWorld({}, store());
    const { adopt, key } = moved();
    const { roomTag } = adopt;
    const client = await world.connect();
    expect(await client.ask({ type: "read", roomTag, fromN: 1, limit: 9 })).toMatchObject(error("room_unknown"));
    const hash = recordHash(sha256, roomTag, { ...adopt, kind: "commit" });
    const head = nextLogHead(sha256, adopt.head, hash);
    const receipt = { receipt: { roomTag, n: 42, head, availableFrom: 42 } };
    for (let n = 0; n < 2; n++) expect(await client.ask(adopt)).toMatchObject({ type: "created", receipt });
    world.restart();
    const member = await world.connect();
    for (const other of [
      { ...adopt, n: 40 },
      { ...adopt, head: ZEROS },
      { ...adopt, payload: ZEROS },
    ])
      expect(await member.ask(other)).toMatchObject(error("room_exists"));
    await member.prove(roomTag, 6, key);
    const first = { n: 42, kind: "commit", epoch: 5, payload: adopt.payload, attachment: adopt.attachment };
    for (const fromN of [0, 1, 42]) {
      const page = await member.ask({ type: "read", roomTag, fromN, limit: 9 });
      expect(page).toMatchObject({ items: [first], n: 42 });
    }
    expect(await member.ask({ ...messageAppend(roomTag), epoch: 6, lastCommit: 42 })).toMatchObject({ n: 43 });
    const next = { ...commitAppend(roomTag, newKey()), epoch: 6, lastCommit: 42 };
    expect(await member.ask(next)).toMatchObject({ n: 44 });
    expect(await member.ask({ type: "subscribe", roomTag, fromN: 43 })).toMatchObject({
      position: { n: 44, epoch: 7 },
    });
  });

  it("RULE roster.brought-by-hash: members bring what its history names, and nothing else", async () => {
    const world = new CoreWorld({}, store());
    const { adopt, key, records } = moved();
    const { roomTag } = adopt;
    const client = await world.connect();
    await client.ask(adopt);
    const bring = (after: Uint8Array, ...brought: Uint8Array[]) =>
      client.ask({ type: "bringRoster", roomTag, after: sha256(after), records: brought });
    const [newest, second, third, charter] = records as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    const read = async () => {
      const answer = await client.ask({ type: "readRoster", roomTag, record: sha256(newest) });
      return answer.type === "roster" ? answer.records.length : answer.type;
    };
    expect(await bring(newest, second)).toMatchObject(error("write_denied"));
    await client.prove(roomTag, 6, key);
    for (const wrong of [
      [newest, third],
      [second, third],
      [newest, second, charter],
      [newest, second, third, charter, systemRandom(52)],
      [newest, systemRandom(52)],
    ] as const)
      expect(await bring(...(wrong as unknown as [Uint8Array, Uint8Array]))).toMatchObject(error("unlinked"));
    expect(await read()).toBe(1);
    expect(await bring(newest, second, third)).toMatchObject({ type: "done" });
    expect(await read()).toBe(3);
    for (let n = 0; n < 2; n++) expect(await bring(third, charter)).toMatchObject({ type: "done" });
    expect(await read()).toBe(4);
  });
});

describe("a long history", () => {
  it("A83: RULE roster.paid-once: is brought in several tries, of which none is paid for again", async () => {
    const record = 52 + 512;
    const world = new CoreWorld({ rates: { lastingOfRoom: { burst: 2.1 * record, perSecond: record } } });
    const { adopt, key, records } = moved(chain(5));
    const { roomTag } = adopt;
    const client = await world.connect();
    await client.ask(adopt);
    await client.prove(roomTag, 6, key);
    const [newest, ...older] = records as [Uint8Array, ...Uint8Array[]];
    const bring = (count: number) =>
      client.ask({ type: "bringRoster", roomTag, after: sha256(newest), records: older.slice(0, count) });
    expect(await bring(2)).toMatchObject({ type: "done" });
    expect(await bring(3)).toMatchObject(error("rate_limited"));
    for (const count of [3, 4]) {
      world.now += 1000;
      expect(await bring(count)).toMatchObject({ type: "done" });
    }
    const read = await client.ask({ type: "readRoster", roomTag, record: sha256(newest) });
    expect(read).toMatchObject({ records });
  });
});

describe("whether a relay takes a room", () => {
  it("RULE relay.create-permit: is asked before, and nothing is kept of it", async () => {
    const createPermit = systemRandom(16);
    const world = new CoreWorld({ createPermit });
    const client = await world.connect();
    const { adopt } = moved();
    const { roomTag } = adopt;
    const offer = { type: "offerRoom" as const, roomTag };
    expect(await client.ask({ ...offer, permit })).toMatchObject(error("create_denied"));
    expect(await client.ask(adopt)).toMatchObject(error("create_denied"));
    expect(await client.ask({ ...offer, permit: createPermit })).toMatchObject({ type: "done" });
    expect(await client.ask({ type: "read", roomTag, fromN: 1, limit: 9 })).toMatchObject(error("room_unknown"));
    expect(await client.ask({ ...adopt, permit: createPermit })).toMatchObject({ type: "created" });
    expect(await client.ask({ ...offer, permit: createPermit })).toMatchObject(error("room_exists"));
  });

  it("RULE relay.create-rate: an address brings as many rooms as it may make, and a place that no log can have is too large", async () => {
    const world = new CoreWorld({ rates: { create: { burst: 1, perSecond: 0.001 } } });
    const client = await world.connect();
    const { adopt } = moved();
    expect(await client.ask({ ...adopt, n: 2 ** 31 + 1 })).toMatchObject(error("too_large"));
    // Nobody names an epoch after which there is none.
    for (const epoch of [Number.MAX_SAFE_INTEGER, 2 ** 31 + 1])
      expect(await client.ask({ ...adopt, epoch })).toMatchObject(error("too_large"));
    for (let n = 0; n < 2; n++) expect(await client.ask(adopt)).toMatchObject({ type: "created" });
    expect(await client.ask(moved().adopt)).toMatchObject(error("rate_limited"));
  });
});
