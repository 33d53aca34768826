import { makeNodeCrypto } from "@conclave/crypto/testing";
import { describe, expect, it } from "vitest";
import { CallProfile } from "./callProfile.js";
import { CallCounter } from "./mlsFloor.js";
import { actors, calls, filled, unwrap } from "./mlsGroup.js";

describe("the floor of an operation", () => {
  it("is the calls that a commit among 1,000 members makes, and that its receiver makes", () => {
    const [acting, following] = actors(0x0001, filled(0x0001, 1_000));
    calls.take();
    const { message, staged } = unwrap(acting.commit({ proposals: [] }));
    acting.apply(staged);
    const created = calls.take();
    // Ten levels and the leaf have new keys; each of ten is sealed to somebody, with a key pair of its own.
    expect(created).toMatchObject({ keyPair: 21, diffieHellman: 10, sign: 2, verify: 0, sha256: 23, seal: 12 });
    following.apply(unwrap(following.stage(message)));
    expect(calls.take()).toMatchObject({ diffieHellman: 1, sign: 0, verify: 2, open: 3 });
  });

  it("counts what a hybrid key costs beside its curve, and begins from nothing when it was taken", () => {
    const counter = new CallCounter();
    const crypto = counter.counting(makeNodeCrypto());
    const { publicKey } = crypto.kemDeriveKeyPair("xwing", new Uint8Array(32));
    crypto.kemEncapsulate("xwing", publicKey, new Uint8Array(64));
    expect(counter.take()).toMatchObject({ keyPair: 2, kemKeyPair: 1, kemEncapsulate: 1, diffieHellman: 1 });
    expect(Object.values(counter.take()).every((count) => count === 0)).toBe(true);
  });

  it("is beside the time in each kind of call, of which one in another counts once", () => {
    const profile = new CallProfile();
    const crypto = profile.of(makeNodeCrypto());
    for (let at = 0; at < 3; at++) crypto.hash("sha256", new Uint8Array(1000));
    crypto.kemDeriveKeyPair("x25519", new Uint8Array(32));
    const rows = new Map(profile.rows().map(({ name, calls: made, ms }) => [name, { made, isTimed: ms > 0 }]));
    expect(rows).toEqual(
      new Map([
        ["kemDeriveKeyPair", { made: 1, isTimed: true }],
        ["hash", { made: 3, isTimed: true }],
      ]),
    );
    profile.clear();
    profile.pause();
    crypto.hash("sha256", new Uint8Array(1));
    expect(profile.rows()).toEqual([]);
  });
});
