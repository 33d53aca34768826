import { equalBytes } from "@conclave/codec";
import { InviteId, RoomId } from "@conclave/protocol";
import { expect, it } from "vitest";
import { MemoryStorage } from "../memory/memoryStorage.js";
import { RoomKeys } from "./homeKey.js";
import { OwnInvites } from "./ownInvites.js";
import { Transaction } from "./transaction.js";

const keys = new RoomKeys(RoomId.of(new Uint8Array(32)));
const id = (n: number) => InviteId.of(new Uint8Array(16).fill(n));
const invite = (n: number) => ({ inviteId: id(n), label: `link ${String(n)}`, secret: new Uint8Array(32).fill(n) });

it("the name and the secret of an invite that was made here are there after a restart, and of no other", async () => {
  const storage = new MemoryStorage();
  const load = async () => new OwnInvites(keys, await storage.range({ prefix: keys.invites }));
  const first = await load();
  const tx = new Transaction();
  for (const n of [1, 2]) first.add(tx, invite(n));
  await storage.commit(tx.writes);
  for (const each of [first, await load()]) {
    expect([each.find(id(1)), each.find(id(2)), each.find(id(3))]).toEqual([invite(1), invite(2), null]);
    expect(each.bySlot((inviteId) => equalBytes(inviteId, id(2)))).toEqual(invite(2));
    expect(each.bySlot(() => false)).toBeNull();
  }
});
