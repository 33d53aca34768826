import { nodeCrypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import type { Delta } from "../encoding/provider.js";
import { ActionHash, PersonId } from "../encoding/ids.js";
import { Chain } from "../roster/chain.fixture.js";
import { EarlyApprovals } from "./earlyApprovals.js";

const bytes = (n: number) => new Uint8Array(32).fill(n);
const hash = (n: number) => ActionHash.of(bytes(n));
const person = (n: number) => PersonId.of(bytes(n));
const yes = (n: number) => Uint8Array.of(n);

/** What a disk has of it. */
function disk() {
  const records = new Map<string, Uint8Array>();
  const store = ({ put, delete: gone }: Delta) => {
    for (const [key, value] of put) records.set(key, value);
    for (const key of gone) expect(records.delete(key)).toBe(true);
  };
  return { records, store };
}

describe("approvals of what nobody has proposed yet", () => {
  it("count for what they were given for, once, also after a restart", () => {
    const { records, store } = disk();
    const first = EarlyApprovals.load(records);
    store(first.keep(hash(1), person(1), yes(1), 5));
    store(first.keep(hash(1), person(2), yes(2), 3));
    store(first.keep(hash(2), person(1), yes(3), 4));
    for (const kept of [EarlyApprovals.load(records), first]) {
      expect(kept.take(hash(3)).approvals).toEqual([]);
      const { approvals, delta } = kept.take(hash(1));
      expect(new Set(approvals)).toEqual(new Set([yes(1), yes(2)]));
      expect(delta.delete).toHaveLength(2);
      expect(kept.take(hash(1)).approvals).toEqual([]);
    }
    expect(EarlyApprovals.load(records).take(hash(2)).approvals).toEqual([yes(3)]);
  });

  it("are replaced by who gives a newer one, and go with who takes theirs back, and no other's", () => {
    const { records, store } = disk();
    const kept = EarlyApprovals.load(records);
    store(kept.keep(hash(1), person(1), yes(1), 1));
    store(kept.keep(hash(1), person(1), yes(2), 2));
    store(kept.keep(hash(1), person(2), yes(3), 3));
    store(kept.forget(hash(1), person(2)));
    expect(kept.forget(hash(2), person(1)).delete).toEqual([]);
    for (const each of [EarlyApprovals.load(records), kept]) expect(each.take(hash(1)).approvals).toEqual([yes(2)]);
  });

  it("RULE proposals.early-not-withdrawn: serve nothing that is proposed again, when they are from before the withdrawal", () => {
    const { records, store } = disk();
    const kept = EarlyApprovals.load(records);
    expect(kept.withdrawnAt).toBe(0);
    store(kept.withdrawn(7));
    for (const each of [kept, EarlyApprovals.load(records)]) {
      expect(each.withdrawnAt).toBe(7);
      expect(each.keep(hash(1), person(1), yes(1), 6)).toEqual({ put: [], delete: [] });
      each.keep(hash(1), person(2), yes(2), 7);
      expect(each.take(hash(1)).approvals).toEqual([yes(2)]);
    }
  });

  it("RULE proposals.early-bounded: four of one person are kept, the newest, and 64 in all, of which those go who have most", () => {
    const { records, store } = disk();
    const kept = EarlyApprovals.load(records);
    // Said last, seen first: what a restart keeps goes by how far its giver had read.
    store(kept.keep(hash(1), person(1), yes(1), 9));
    for (let n = 2; n <= 4; n++) store(kept.keep(hash(n), person(1), yes(n), n));
    expect(records.size).toBe(4);
    const again = EarlyApprovals.load(records);
    store(again.keep(hash(5), person(1), yes(5), 10));
    expect(records.size).toBe(4);
    expect(again.take(hash(2)).approvals).toEqual([]);
    for (const n of [1, 3, 4, 5]) expect(EarlyApprovals.load(records).take(hash(n)).approvals).toEqual([yes(n)]);
    const many = EarlyApprovals.load([]);
    for (let n = 0; n < 62; n++) many.keep(hash(99), person(100 + n), yes(n), n);
    many.keep(hash(1), person(1), yes(1), 100);
    expect(many.keep(hash(2), person(1), yes(2), 101).delete).toEqual([]);
    expect(many.keep(hash(3), person(2), yes(3), 102).delete).toHaveLength(1);
    expect(many.take(hash(1)).approvals).toEqual([]);
    expect(many.take(hash(2)).approvals).toEqual([yes(2)]);
    expect(many.take(hash(99)).approvals).toHaveLength(62);
  });

  it("go with who is out, and all of them where messages are missing", () => {
    const { records, store } = disk();
    const chain = new Chain(nodeCrypto);
    const bob = chain.add("Bob");
    const kept = EarlyApprovals.load(records);
    store(kept.withdrawn(1));
    for (const who of [chain.alice, bob]) store(kept.keep(hash(1), who.person, yes(who === bob ? 2 : 1), 2));
    expect(kept.settle(chain.roster).delete).toEqual([]);
    chain.must(chain.alice, { type: "remove", person: bob.person, ban: false });
    store(kept.settle(chain.roster));
    expect(EarlyApprovals.load(records).take(hash(1)).approvals).toEqual([yes(1)]);
    store(kept.clear());
    expect(EarlyApprovals.load(records).take(hash(1)).approvals).toEqual([]);
    expect(EarlyApprovals.load(records).withdrawnAt).toBe(1);
  });
});
