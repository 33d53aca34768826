import { describe, expect, it } from "vitest";
import { CommitQueue } from "./commitQueue.js";

/** Somebody whose commits came too late, twice within 30 seconds. */
function loser(queue: CommitQueue, address: string, now: number): void {
  queue.lost(address, now);
  queue.lost(address, now);
}

describe("whose turn it is to commit", () => {
  it("RULE commits.in-turn: who has lost twice has three seconds, in which nobody else commits (attack A83)", () => {
    const queue = new CommitQueue();
    queue.lost("slow", 0);
    expect(queue.wait("loop", 0)).toBe(0);
    queue.lost("slow", 30_000);
    expect([queue.wait("slow", 30_000), queue.wait("loop", 30_000)]).toEqual([0, 3000]);
    expect([queue.wait("loop", 32_999), queue.wait("loop", 32_999.5), queue.wait("loop", 33_000)]).toEqual([1, 1, 0]);
  });

  it("losses more than 30 seconds apart give no turn", () => {
    const queue = new CommitQueue();
    queue.lost("slow", 0);
    queue.lost("slow", 30_001);
    expect(queue.wait("loop", 30_001)).toBe(0);
  });

  it("RULE commits.others-between: every second turn leaves who is no member free to commit (attack A83)", () => {
    const queue = new CommitQueue();
    loser(queue, "a", 0);
    loser(queue, "b", 0);
    loser(queue, "c", 0);
    expect([queue.waitOfOthers(0), queue.waitOfOthers(2999.5)]).toEqual([3000, 1]);
    expect([queue.wait("a", 3000), queue.waitOfOthers(3000)]).toEqual([3000, 0]);
    expect([queue.wait("a", 6000), queue.waitOfOthers(6000)]).toEqual([3000, 3000]);
    expect(queue.waitOfOthers(9000)).toBe(0);
  });

  it("a turn ends with the commit for which it was given, and the next one has theirs", () => {
    const queue = new CommitQueue();
    loser(queue, "a", 0);
    loser(queue, "b", 0);
    expect([queue.wait("a", 0), queue.wait("b", 0)]).toEqual([0, 3000]);
    queue.done("a", 10);
    expect([queue.wait("b", 10), queue.wait("a", 10)]).toEqual([0, 3000]);
    queue.done("b", 20);
    expect(queue.wait("loop", 20)).toBe(0);
    // What came before the commit does not count any more.
    queue.lost("a", 30);
    expect(queue.wait("loop", 30)).toBe(0);
  });

  it("an address has one place, however often it loses", () => {
    const queue = new CommitQueue();
    for (let times = 0; times < 9; times++) queue.lost("a", 0);
    loser(queue, "b", 0);
    expect(queue.wait("loop", 0)).toBe(3000);
    expect([queue.wait("a", 3000), queue.wait("b", 3000)]).toEqual([3000, 0]);
  });

  it("remembers 64 who lost, and the oldest gives way; 64 wait, and more wait for nothing", () => {
    const queue = new CommitQueue();
    queue.lost("first", 0);
    for (let at = 0; at < 63; at++) queue.lost(`other ${String(at)}`, 0);
    queue.lost("first", 1);
    expect(queue.wait("loop", 1)).toBe(3000);
    const flooded = new CommitQueue();
    flooded.lost("first", 0);
    for (let at = 0; at < 64; at++) flooded.lost(`other ${String(at)}`, 0);
    flooded.lost("first", 1);
    expect(flooded.wait("loop", 1)).toBe(0);
    const full = new CommitQueue();
    for (let at = 0; at < 65; at++) loser(full, String(at), 0);
    for (let turn = 0; turn < 64; turn++) expect(full.wait("loop", 3000 * turn)).toBe(3000);
    expect(full.wait("loop", 3000 * 64)).toBe(0);
  });
});
