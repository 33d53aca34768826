import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { type CommitReceipt, type HeadReceipt, RoomTag, type Signed } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import type { Delta } from "../encoding/provider.js";
import { LogMemory } from "../evidence/logMemory.js";
import { KeptReceipts } from "./relayWatchReceipts.js";

const roomTag = RoomTag.of(new Uint8Array(32).fill(1));
const bytes = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
const signature = new Uint8Array(64).fill(2);
const head = (n: number, head = bytes(n)): Signed<HeadReceipt> => ({
  receipt: { roomTag, n, head, time: 1000, availableFrom: 1, keyEpoch: 0, writeKey: new Uint8Array(32) },
  signature,
});
const commit = (n: number): Signed<CommitReceipt> => ({
  receipt: { roomTag, epoch: n, recordHash: bytes(3), n, head: bytes(n), time: 1000 },
  signature,
});

/** What is kept, on a disk, and a log of so many records. */
function watched(records = 0) {
  const disk = new Map<string, Uint8Array>();
  const log = LogMemory.empty(crypto, roomTag);
  const grow = (count: number) => {
    for (let n = 0; n < count; n++) log.advance(crypto, bytes(log.place.n % 256));
  };
  grow(records);
  const store = ({ put, delete: gone }: Delta) => {
    for (const [key, value] of put) disk.set(key, value);
    for (const key of gone) expect(disk.delete(key)).toBe(true);
  };
  const places = (kept = new KeptReceipts(disk)) => kept.all().map(({ kind, signed }) => [kind, signed.receipt.n]);
  const own = (n = log.place.n) => head(n, log.headAt(n)!);
  return { disk, log, kept: new KeptReceipts(disk), grow, store, places, own };
}

describe("what is kept of the relay's signatures", () => {
  it("are the newest 64 commits, whichever came last, also after a restart", () => {
    const { kept, store, places } = watched();
    for (const n of [100, ...Array.from({ length: 64 }, (_, n) => n + 1)]) store(kept.addCommit(commit(n)));
    const left = [...Array.from({ length: 63 }, (_, n) => n + 2), 100].map((n) => ["commit", n]);
    expect(places().toSorted()).toEqual(left.toSorted());
    expect(places(kept).toSorted()).toEqual(left.toSorted());
    expect([kept.at(1), kept.at(2).length, kept.at(100).length]).toEqual([[], 1, 1]);
  });

  it("are the newest 16 heads that our log has not reached, and the newest that it confirms, of which the older goes", () => {
    const { log, kept, grow, store, places, own } = watched(3);
    store(kept.addHead(log, own(2)));
    store(kept.addHead(log, own(3)));
    expect(places()).toEqual([["head", 3]]);
    // One that comes late does not take the newer one's place.
    store(kept.addHead(log, own(1)));
    expect(places()).toEqual([["head", 3]]);
    for (let n = 20; n > 3; n--) store(kept.addHead(log, head(n)));
    expect(
      places()
        .map(([, n]) => n)
        .toSorted((a, b) => Number(a) - Number(b)),
    ).toEqual([3, ...Array.from({ length: 16 }, (_, n) => n + 5)]);
    // The log gets to one of them: the same head is the confirmed one, another stays what it is.
    grow(2);
    store(kept.reached(log));
    expect(places(kept)).toContainEqual(["head", 3]);
    expect(kept.at(5)).toHaveLength(1);
    grow(1);
    const { head: six } = log.place;
    const fresh = watched(5);
    fresh.store(fresh.kept.addHead(fresh.log, head(6, six)));
    fresh.store(fresh.kept.addHead(fresh.log, fresh.own(5)));
    expect(fresh.places()).toHaveLength(2);
    fresh.grow(1);
    expect(fresh.log.place.head).toEqual(six);
    fresh.store(fresh.kept.reached(fresh.log));
    expect(fresh.places()).toEqual([["head", 6]]);
    expect(fresh.places(fresh.kept)).toEqual([["head", 6]]);
  });

  it("are heads of another log at a place that we know, and none from before all that we remember", () => {
    const { log, kept, store, places } = watched(600);
    store(kept.addHead(log, head(599, bytes(9))));
    store(kept.addHead(log, head(10, bytes(9))));
    expect(places()).toEqual([["head", 599]]);
  });

  it("is one proof against one relay, which a restart does not forget", () => {
    const { disk, kept, store } = watched();
    expect(kept.isProved(bytes(1))).toBe(false);
    store(kept.proved(bytes(1)));
    for (const each of [kept, new KeptReceipts(disk)]) {
      expect([each.isProved(bytes(1)), each.isProved(bytes(2))]).toEqual([true, false]);
      expect(each.proved(bytes(1)).put).toEqual([]);
    }
    store(kept.proved(bytes(2)));
    expect(new KeptReceipts(disk).isProved(bytes(2))).toBe(true);
  });

  it("is all in what a room that takes this one's place is given", () => {
    const { disk, log, kept, store, own } = watched(3);
    store(kept.addCommit(commit(2)));
    store(kept.addHead(log, own(3)));
    store(kept.addHead(log, head(9)));
    store(kept.proved(bytes(1)));
    const given = new Map(kept.records().put);
    expect([...given.keys()].sort()).toEqual([...disk.keys()].sort());
    for (const [key, value] of disk) expect(given.get(key)).toEqual(value);
    // What is not readable is as if it was not there.
    const damaged = new KeptReceipts(
      [...disk.keys()].filter((key) => key !== "w/proved").map((key) => [key, bytes(0)]),
    );
    expect(damaged.all()).toEqual([]);
  });
});
