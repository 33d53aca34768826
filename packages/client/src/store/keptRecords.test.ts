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
