import { type Action, ActionHash, PersonId, RoomId } from "@conclave/protocol";
import { expect, it } from "vitest";
import { MemoryStorage } from "../memory/memoryStorage.js";
import { RoomKeys } from "./homeKey.js";
import { type LoggedProposal, ProposalLog } from "./proposalLog.js";
import { Transaction } from "./transaction.js";

const keys = new RoomKeys(RoomId.of(new Uint8Array(32)));
const [alice, bob] = [1, 2].map((n) => PersonId.of(new Uint8Array(32).fill(n))) as [PersonId, PersonId];
const hash = (n: number) => ActionHash.of(new Uint8Array(32).fill(n));
const proposal = (n: number, by = alice): LoggedProposal => {
  const action: Action = { type: "setTitle", title: `Title ${String(n)}` };
  return { n, action, actionHash: hash(n), by, time: 1000 + n, ending: null };
};

function log() {
  const storage = new MemoryStorage();
  const load = async () => new ProposalLog(keys, await storage.range({ prefix: keys.proposals }));
  const change = async <T>(work: (tx: Transaction) => T): Promise<T> => {
    const tx = new Transaction();
    const result = work(tx);
    await storage.commit(tx.writes);
    return result;
  };
  return { load, change };
}

it("an open proposal is followed once, until something became of it, also over a restart", async () => {
  const { load, change } = log();
  const first = await load();
  expect(await change((tx) => first.add(tx, proposal(1)))).toBe(true);
  expect(await change((tx) => first.add(tx, proposal(2, bob)))).toBe(true);
  expect(await change((tx) => first.add(tx, { ...proposal(1, bob), n: 9 }))).toBe(false);
  const again = await load();
  for (const each of [first, again]) {
    expect(each.by(alice)).toEqual([proposal(1)]);
    expect(each.by(bob)).toEqual([proposal(2, bob)]);
  }
  expect(await change((tx) => again.end(tx, hash(3), "done"))).toBeNull();
  expect(await change((tx) => again.end(tx, hash(1), "withdrawn"))).toEqual({ ...proposal(1), ending: "withdrawn" });
  expect(await change((tx) => again.end(tx, hash(1), "done"))).toBeNull();
  expect((await load()).by(alice)).toEqual([]);
  expect((await load()).by(bob)).toHaveLength(1);
});

it("64 are followed: the oldest gives way, and nothing is said of what becomes of it", async () => {
  const { load, change } = log();
  const followed = await load();
  for (let n = 1; n <= 65; n++) await change((tx) => followed.add(tx, proposal(n)));
  for (const each of [followed, await load()]) {
    expect(
      each
        .by(alice)
        .map(({ n }) => n)
        .toSorted((a, b) => a - b),
    ).toEqual(Array.from({ length: 64 }, (_, at) => at + 2));
  }
  expect(await change((tx) => followed.end(tx, hash(1), "done"))).toBeNull();
});

it("64 are followed: the oldest is the one that was asked first, also after a restart", async () => {
  const { load, change } = log();
  const first = await load();
  for (let n = 1; n <= 64; n++) await change((tx) => first.add(tx, { ...proposal(n), actionHash: hash(200 - n) }));
  const again = await load();
  await change((tx) => again.add(tx, { ...proposal(65), actionHash: hash(201) }));
  expect(again.by(alice).map(({ n }) => n)).toEqual(Array.from({ length: 64 }, (_, at) => at + 2));
  expect((await load()).by(alice).map(({ n }) => n)).toEqual(again.by(alice).map(({ n }) => n));
});
