import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { preset } from "../policy/presets.js";
import { Chain } from "../roster/chain.fixture.js";
import type { Entry } from "../roster/entry.js";
import { NO_RECORD, type RosterKey, sealRosterRecord } from "../transport/rosterLog.js";
import { Branches, type BranchingChain } from "./branches.js";
import { roomTagOf } from "./roomTag.js";

const keys: readonly RosterKey[] = [{ generation: 0, key: new Uint8Array(32).fill(1) }];

/** Alice, Bob and Carol, of whom any admin removes; the records of how they came in, and records that go on from any of them. */
function room() {
  const chain = new Chain(crypto, preset("admins:1"));
  const [bob, carol] = [chain.add("Bob", "admin"), chain.add("Carol", "admin")];
  const roomTag = roomTagOf(crypto, chain.roster.roomId);
  const record = (entry: Entry, before: Uint8Array, key = keys[0]!) =>
    sealRosterRecord(crypto, roomTag, key, { seq: entry.seq, before }, { entry: entry.bytes, previousKey: null });
  const hash = (bytes: Uint8Array) => crypto.hash("sha256", bytes);
  const entries = chain.transitions.map(({ entry }) => entry);
  const records: Uint8Array[] = [];
  for (const entry of entries) records.push(hash(record(entry, records.at(-1) ?? NO_RECORD)));
  const branches = (change: Partial<BranchingChain> = {}) =>
    new Branches(crypto, roomTag, { roomId: chain.roster.roomId, entries, records, keys, from: 0, ...change });
  const remove = (who: typeof bob) => ({ type: "remove", person: who.person, ban: false }) as const;
  return { chain, alice: chain.alice, bob, carol, record, hash, records, branches, remove };
}

describe("what the log holds beside a chain", () => {
  it("takes out whom an allowed entry behind it takes out, and whoever an entry after that one does", () => {
    const { chain, alice, bob, carol, record, hash, records, branches, remove } = room();
    const first = record(chain.must(alice, remove(bob)).entry, records.at(-1)!);
    const second = record(chain.must(alice, remove(carol)).entry, hash(first));
    const found = branches();
    expect([bob, carol, alice].map(({ leaf }) => found.isGone(leaf))).toEqual([false, false, false]);
    found.take(first);
    expect([bob, carol, alice].map(({ leaf }) => found.isGone(leaf))).toEqual([true, false, false]);
    // The same again makes no difference, and what follows from it is followed.
    found.take(first);
    found.take(second);
    expect([bob, carol, alice].map(({ leaf }) => found.isGone(leaf))).toEqual([true, true, false]);
    // What follows from what nobody showed follows from nothing.
    const other = branches();
    other.take(second);
    expect(other.isGone(carol.leaf)).toBe(false);
  });

  it("goes on from an earlier entry too, as that one's people could decide, but from none before the newest that all have", () => {
    const { chain, alice, bob, record, records, branches, remove } = room();
    const early = new Chain(crypto, preset("admins:1"));
    early.add("Bob", "admin");
    // Keys alone were made in between: an entry counts in one epoch.
    early.epoch += 5;
    const entry = early.must(alice, remove(bob)).entry;
    expect(entry.roomId).toEqual(chain.roster.roomId);
    const fork = record(entry, records[1]!);
    for (const [from, isGone] of [
      [0, true],
      [1, true],
      [2, false],
    ] as const) {
      const found = branches({ from });
      found.take(fork);
      expect(found.isGone(bob.leaf)).toBe(isGone);
    }
  });

  it("is nothing that the rules refuse, that stands elsewhere, or that no key opens", () => {
    const { chain, alice, bob, carol, record, records, branches, remove } = room();
    const head = records.at(-1)!;
    const { epoch } = chain;
    const entryOf = (at: number) => {
      chain.epoch = at;
      const made = chain.author(alice, remove(bob));
      chain.epoch = epoch;
      if (!made.ok) throw new Error(made.error.code);
      return made.value.entry;
    };
    const entry = entryOf(epoch);
    const stranger = new Chain(crypto, preset("admins:1"));
    const other = stranger.must(stranger.alice, stranger.adding(stranger.someone("Mallory"))).entry;
    const bad = [
      new Uint8Array(0),
      record(entry, new Uint8Array(32)),
      record(entry, records[0]!),
      record(entry, head, { generation: 0, key: new Uint8Array(32).fill(2) }),
      record(entry, head, { generation: 1, key: keys[0]!.key }),
      record({ ...entry, bytes: entry.bytes.slice(1) }, head),
      record(
        { ...entry, bytes: entry.bytes.map((byte, at) => (at === entry.bytes.length - 1 ? byte ^ 1 : byte)) },
        head,
      ),
      record(other, head),
      // In the epoch of the entry before, in which nothing else counts any more.
      record(entryOf(chain.transitions.at(-1)!.entry.epoch), head),
    ];
    const found = branches();
    for (const each of bad) found.take(each);
    expect([bob, carol, alice].some(({ leaf }) => found.isGone(leaf))).toBe(false);
    found.take(record(entry, head));
    expect(found.isGone(bob.leaf)).toBe(true);
  });
});
