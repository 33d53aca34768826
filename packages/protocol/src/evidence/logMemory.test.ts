import { nodeCrypto as crypto } from "@conclave/crypto/node";
import { nextLogHead, RoomTag } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { LogMemory } from "./logMemory.js";

const bytes = (fill: number) => new Uint8Array(32).fill(fill);
const roomTag = RoomTag.of(bytes(1));

describe("what a device remembers of the log", () => {
  it("is the last 512 places, and of an older one nobody can tell whether it is ours", () => {
    const log = LogMemory.empty(crypto, roomTag);
    const stored = new Map(log.records().put);
    expect([log.place.n, log.oldest, stored.size]).toEqual([0, 0, 1]);
    expect(LogMemory.load(roomTag, stored).place).toEqual(log.place);
    const heads = [log.place.head];
    for (let n = 1; n <= 513; n++) {
      const { put, delete: gone } = log.advance(crypto, bytes(n % 256));
      heads.push(nextLogHead((data) => crypto.hash("sha256", data), heads.at(-1)!, bytes(n % 256)));
      for (const [key, value] of put) stored.set(key, value);
      expect(gone).toHaveLength(n < 512 ? 0 : 1);
      for (const key of gone) expect(stored.delete(key)).toBe(true);
    }
    for (const each of [log, LogMemory.load(roomTag, stored), LogMemory.load(roomTag, log.records().put)]) {
      expect([each.place, each.oldest]).toEqual([{ n: 513, head: heads[513] }, 2]);
      expect([1, 2, 513, 514].map((n) => each.headAt(n))).toEqual([null, heads[2], heads[513], null]);
      expect(each.agrees({ n: 2, head: heads[2]! })).toBe(true);
      expect(each.agrees({ n: 2, head: heads[3]! })).toBe(false);
      expect([1, 514].map((n) => each.agrees({ n, head: heads[2]! }))).toEqual([null, null]);
    }
    expect([...stored.keys()].every((key) => LogMemory.isRecord(key))).toBe(true);
    expect(LogMemory.isRecord("x/h")).toBe(false);
    expect(log.records().delete).toEqual([]);
  });

  it("is not loaded where there is none of it, nor from what is no head; others' records are passed over", () => {
    const [[key, head]] = LogMemory.from(roomTag, { n: 7, head: bytes(2) }).records().put as [[string, Uint8Array]];
    expect(
      LogMemory.load(roomTag, [
        ["x/h/1", bytes(3)],
        [key, head],
      ]).place,
    ).toEqual({ n: 7, head });
    expect(() => LogMemory.load(roomTag, [])).toThrow(TypeError);
    expect(() => LogMemory.load(roomTag, [[key, head.slice(1)]])).toThrow(TypeError);
  });
});
