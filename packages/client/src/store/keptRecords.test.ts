import { RoomId } from "@conclave/protocol";
import type { LogItem } from "@conclave/wire";
import { expect, it } from "vitest";
import { MemoryStorage } from "../memory/memoryStorage.js";
import { RoomKeys } from "./homeKey.js";
import { KeptRecords } from "./keptRecords.js";
import { Transaction } from "./transaction.js";

const keys = new RoomKeys(RoomId.of(new Uint8Array(32)));
const message = (n: number, length: number): LogItem => ({
  ...{ n, kind: "message", epoch: 1, time: n, pruned: false },
  ...{ payload: new Uint8Array(length).fill(n), attachment: new Uint8Array(0) },
});

it("RULE kept.bounded: keeps the newest records, in order, and not more than so many bytes", async () => {
  const storage = new MemoryStorage();
  let kept = await KeptRecords.load(storage, keys);
  for (let n = 1; n <= 100; n++) {
    const tx = new Transaction();
    await kept.add(tx, message(n, 100_000));
    await storage.commit(tx.writes);
    if (n === 50) kept = await KeptRecords.load(storage, keys);
  }
  const stored = await storage.range({ prefix: keys.kept });
  const bytes = stored.reduce((sum, { value }) => sum + value.length, 0);
  expect(bytes).toBeLessThan(4.3 * 1024 * 1024);
  expect(bytes).toBeGreaterThan(3.5 * 1024 * 1024);
  expect((await kept.from(99, 1e9)).map(({ n }) => n)).toEqual([99, 100]);
  expect(await kept.from(1, 1e9)).toEqual([]);
  // What does not follow begins anew.
  const tx = new Transaction();
  await kept.add(tx, message(200, 10));
  await storage.commit(tx.writes);
  expect((await storage.range({ prefix: keys.kept })).length).toBe(1);
});

/** Records that are kept one by one, in one transaction each. */
async function keep(storage: MemoryStorage, kept: KeptRecords, ...items: readonly LogItem[]): Promise<void> {
  for (const item of items) {
    const tx = new Transaction();
    await kept.add(tx, item);
    await storage.commit(tx.writes);
  }
}
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at);
const places = async (storage: MemoryStorage) =>
  (await storage.range({ prefix: keys.kept })).map(({ key }) => Number.parseInt(key.slice(keys.kept.length), 16));

it("RULE kept.bounded: keeps not more than so many records, the newest ones, however small; also over restarts", async () => {
  const storage = new MemoryStorage();
  let kept = await KeptRecords.load(storage, keys);
  for (let n = 1; n <= 5000; n++) {
    if (n % 1000 === 0) kept = await KeptRecords.load(storage, keys);
    await keep(storage, kept, message(n, 1));
    if (n === 4096) expect(await places(storage)).toEqual(numbers(1, 4096));
    if (n === 4097) expect((await places(storage)).length).toBeLessThanOrEqual(4096);
  }
  const left = await places(storage);
  expect(left).toEqual(numbers(left[0]!, 5000));
  expect(left.length).toBeLessThanOrEqual(4096);
  expect(left.length).toBeGreaterThan(4096 - 256);
});

it("RULE kept.bounded: counts the bytes that are there, whenever it was loaded, and none of what went", async () => {
  const sizes = async (restartsAt: readonly number[]) => {
    const storage = new MemoryStorage();
    let kept = await KeptRecords.load(storage, keys);
    for (let n = 1; n <= 150; n++) {
      // The first ones are of a log that was given up.
      await keep(storage, kept, n <= 3 ? message(n + 1000, 1_000_000) : message(n, n % 7 === 0 ? 200_000 : 40_000));
      if (restartsAt.includes(n)) kept = await KeptRecords.load(storage, keys);
      const stored = n % 20 === 0 ? await storage.range({ prefix: keys.kept }) : [];
      expect(stored.reduce((sum, { value }) => sum + value.length, 0)).toBeLessThan(4.01 * 1024 * 1024);
      if (n === 50) expect((await places(storage))[0]).toBe(4);
    }
    return places(storage);
  };
  const left = await sizes([]);
  expect(await sizes([2, 30, 31, 60, 61, 100, 149])).toEqual(left);
  expect(left.at(-1)).toBe(150);
  expect(left.length).toBeGreaterThan(40);
});

it("gives what is there without a gap, page after page, at least one and not more bytes than are asked for", async () => {
  const storage = new MemoryStorage();
  const kept = await KeptRecords.load(storage, keys);
  expect(await kept.from(1, 1e9)).toEqual([]);
  const items = numbers(11, 11 + 255).map((n) => message(n, n === 12 ? 500 : 20));
  await keep(storage, kept, ...items);
  expect(await kept.from(11, 1e9)).toEqual(items);
  await keep(storage, kept, message(267, 20), message(268, 20));
  const got = async (fromN: number, most: number) => (await kept.from(fromN, most)).map(({ n }) => n);
  expect(await got(11, 1e9)).toEqual(numbers(11, 268));
  expect(await got(200, 1e9)).toEqual(numbers(200, 268));
  expect(await got(268, 1e9)).toEqual([268]);
  // What comes before the first that is kept is not here, so nothing is.
  expect([await got(10, 1e9), await got(269, 1e9)]).toEqual([[], []]);
  expect([await got(12, 1), await got(12, 0)]).toEqual([[12], [12]]);
  const bytes = (await storage.get(keys.keptRecord(20)))!.length;
  const some = await got(20, 5 * bytes);
  expect(some.length).toBeGreaterThanOrEqual(5);
  expect(some.length).toBeLessThan(8);
  // One is gone, for whatever reason: what is after it leads nowhere.
  await storage.commit([{ delete: keys.keptRecord(30) }]);
  expect(await got(25, 1e9)).toEqual(numbers(25, 29));
});
