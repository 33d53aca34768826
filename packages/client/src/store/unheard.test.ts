import { PersonId, RoomId } from "@conclave/protocol";
import { expect, it } from "vitest";
import { MemoryStorage } from "../memory/memoryStorage.js";
import { RoomKeys } from "./homeKey.js";
import { Transaction } from "./transaction.js";
import { Unheard } from "./unheard.js";

const keys = new RoomKeys(RoomId.of(new Uint8Array(32)));
const [alice, bob] = [1, 2].map((n) => PersonId.of(new Uint8Array(32).fill(n))) as [PersonId, PersonId];

it("who was let in counts as absent until something came of them, which is news once; a restart forgets neither", async () => {
  const storage = new MemoryStorage();
  const load = async () => new Unheard(keys, await storage.range({ prefix: keys.unheard }));
  const unheard = await load();
  const tx = new Transaction();
  unheard.add(tx, alice);
  unheard.add(tx, bob);
  await storage.commit(tx.writes);
  for (const each of [unheard, await load()]) expect([each.has(alice), each.has(bob)]).toEqual([true, true]);
  const later = new Transaction();
  expect([unheard.drop(later, alice), unheard.drop(later, alice)]).toEqual([true, false]);
  await storage.commit(later.writes);
  for (const each of [unheard, await load()]) expect([each.has(alice), each.has(bob)]).toEqual([false, true]);
});
