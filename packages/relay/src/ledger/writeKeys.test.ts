import { describe, expect, it } from "vitest";
import type { WriteKey } from "../store/store.js";
import { keysAfterCommit } from "./writeKeys.js";

const id = (n: number): Uint8Array => Uint8Array.of(n >> 8, n & 255);
const founder: WriteKey = { key: id(0), epoch: 0, n: 0, byToken: false, live: true, since: 0, until: 0 };

function liveKey(keys: readonly WriteKey[]): WriteKey {
  return keys.findLast((key) => key.live)!;
}

describe("write keys", () => {
  it("RULE writeKey.flood-proof: a flood of junk commits does not lock out who holds the key from before it", () => {
    // In use for ten minutes; then somebody appends a commit each second, for half an hour, each with a key of its own.
    let keys: WriteKey[] = [founder];
    for (let n = 1; n <= 1800; n++) {
      const ground = { by: "member", key: liveKey(keys), trusted: true } as const;
      keys = keysAfterCommit(keys, { key: id(n), epoch: n, n, since: 600_000 + n * 1000 }, ground);
      expect(keys.length).toBeLessThanOrEqual(64);
    }
    expect(keys.some(({ n, live }) => n === 0 && !live)).toBe(true);
    expect(keys.at(-1)).toMatchObject({ n: 1800, live: true });
    // And all at once, in one instant.
    let atOnce: WriteKey[] = [founder];
    for (let n = 1; n <= 500; n++) {
      const ground = { by: "member", key: liveKey(atOnce), trusted: true } as const;
      atOnce = keysAfterCommit(atOnce, { key: id(n), epoch: n, n, since: 1000 }, ground);
    }
    expect(atOnce.some(({ n }) => n === 0)).toBe(true);
  });
  it("RULE writeKey.flood-proof: nor does a flood of external commits, where the newest key came by an invite", () => {
    let keys = keysAfterCommit([founder], { key: id(1), epoch: 1, n: 1, since: 1000 }, { by: "slot" });
    for (let n = 2; n <= 900; n++) {
      keys = keysAfterCommit(keys, { key: id(n), epoch: n, n, since: 60_000 + n * 1000 }, { by: "slot" });
      expect(keys.length).toBeLessThanOrEqual(33);
    }
    expect(keys.filter(({ n }) => n <= 1)).toMatchObject([
      { n: 0, live: true },
      { n: 1, live: true },
    ]);
  });
  it("RULE writeKey.bounded: holders of invites crowd out one another only; RULE writeKey.invite-retires-nobody", () => {
    let keys: WriteKey[] = [founder];
    for (let n = 1; n <= 100; n++) {
      keys = keysAfterCommit(keys, { key: id(n), epoch: n, n, since: n }, { by: "slot" });
    }
    expect(keys[0]).toMatchObject({ n: 0, live: true, byToken: false });
    expect(keys).toHaveLength(33);
    // What came by an invite goes on by itself, and still takes no member's key away.
    const ground = { by: "member", key: keys.at(-1)!, trusted: false } as const;
    const after = keysAfterCommit(keys, { key: id(101), epoch: 101, n: 101, since: 101 }, ground);
    expect(after.filter(({ live }) => live).map(({ n }) => n)).toEqual([0, 101]);
    // Nor do they crowd out one key of the other kind, while that kind has its own bound.
    let members = after;
    for (let n = 102; n <= 300; n++) {
      members = keysAfterCommit(
        members,
        { key: id(n), epoch: n, n, since: n },
        {
          by: "member",
          key: liveKey(members),
          trusted: true,
        },
      );
    }
    expect(members.filter(({ byToken }) => !byToken)).toHaveLength(64);
    expect(members.filter(({ byToken }) => byToken).length).toBe(32);
  });
});
