import { RoomId } from "@conclave/protocol";
import { expect, it } from "vitest";
import { MemoryStorage } from "../memory/memoryStorage.js";
import { type Amendment, UNAMENDED } from "./amendment.js";
import { Amendments } from "./amendments.js";
import { RoomKeys } from "./homeKey.js";
import { Transaction } from "./transaction.js";

const keys = new RoomKeys(RoomId.of(new Uint8Array(32)));
const edited = (n: number): Amendment => ({ ...UNAMENDED, edit: { body: new Uint8Array([n]), time: n, n } });

it("what was done to a message is there at once, before and after it is stored; each place has its own", async () => {
  const storage = new MemoryStorage();
  const amendments = new Amendments(storage, keys);
  const store = async (tx: Transaction) => {
    await storage.commit(tx.writes);
    for (const effect of tx.effects) effect();
  };
  const [first, second] = [new Transaction(), new Transaction()];
  amendments.put(first, 3, edited(1));
  amendments.put(first, 5, edited(2));
  amendments.put(second, 3, edited(3));
  const seen = async (from = amendments) => [await from.at(3), await from.at(5), await from.at(4)];
  const wanted = [edited(3), edited(2), UNAMENDED];
  expect(await seen()).toEqual(wanted);
  // The first one is stored; what came after it is not lost.
  await store(first);
  expect(await seen()).toEqual(wanted);
  await store(second);
  expect(await seen()).toEqual(wanted);
  expect(await seen(new Amendments(storage, keys))).toEqual(wanted);
});

it("a page of them has those of its places, both ends included, stored or not", async () => {
  const storage = new MemoryStorage();
  const amendments = new Amendments(storage, keys);
  const stored = new Transaction();
  for (const n of [0, 1, 2, 4]) amendments.put(stored, n, edited(n));
  await storage.commit(stored.writes);
  for (const effect of stored.effects) effect();
  const waiting = new Transaction();
  for (const n of [3, 4, 6]) amendments.put(waiting, n, edited(n + 10));
  const places = async (first: number, last: number) =>
    [...(await amendments.between(first, last))].map(([n, amendment]) => [n, amendment.edit?.time]).sort();
  expect(await places(0, 1)).toEqual([
    [0, 0],
    [1, 1],
  ]);
  expect(await places(1, 3)).toEqual([
    [1, 1],
    [2, 2],
    [3, 13],
  ]);
  expect(await places(3, 6)).toEqual([
    [3, 13],
    [4, 14],
    [6, 16],
  ]);
  expect(await places(5, 5)).toEqual([]);
});
