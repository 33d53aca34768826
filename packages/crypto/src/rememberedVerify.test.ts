import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { nodeCrypto } from "./node.js";
import { HeldSignatures } from "./heldSignatures.js";
import { rememberedVerify } from "./rememberedVerify.js";

const held = () => new HeldSignatures((bytes) => createHash("sha256").update(bytes).digest("binary"));

describe("signatures that were checked before", () => {
  it("RULE crypto.remembered-verdict: only the same key, message and signature are let through by memory, and no is never kept", () => {
    const asked: string[] = [];
    const verify = rememberedVerify((publicKey, message, signature) => {
      asked.push(String(message[0]));
      return nodeCrypto.ed25519Verify(publicKey, message, signature);
    }, held());
    const seeds = [1, 2].map((byte) => new Uint8Array(32).fill(byte));
    const [key, otherKey] = seeds.map((seed) => nodeCrypto.ed25519PublicKey(seed)) as [Uint8Array, Uint8Array];
    const message = new Uint8Array(300).fill(7);
    const signature = nodeCrypto.ed25519Sign(seeds[0]!, message);
    expect([verify(key, message, signature), verify(key, message, signature)]).toEqual([true, true]);
    expect(asked).toHaveLength(1);
    // Every change of any of the three is looked at again, however often.
    for (const flip of [0, 31]) {
      const bad = key.slice();
      bad[flip]! ^= 1;
      expect([verify(bad, message, signature), verify(bad, message, signature)]).toEqual([false, false]);
    }
    for (const flip of [0, 299]) {
      const bad = message.slice();
      bad[flip]! ^= 1;
      expect([verify(key, bad, signature), verify(key, bad, signature)]).toEqual([false, false]);
    }
    for (const flip of [0, 32, 63]) {
      const bad = signature.slice();
      bad[flip]! ^= 1;
      expect([verify(key, message, bad), verify(key, message, bad)]).toEqual([false, false]);
    }
    expect(verify(otherKey, message, signature)).toBe(false);
    // Bytes moved from one of the three to the next are another triple.
    const joined = new Uint8Array([...signature, ...message]);
    expect(verify(key, joined.subarray(65), joined.subarray(0, 65))).toBe(false);
    expect(verify(key, message.subarray(1), signature)).toBe(false);
  });

  it("keeps a bounded number", () => {
    let asked = 0;
    const verify = rememberedVerify(() => {
      asked++;
      return true;
    }, held());
    const [key, signature] = [new Uint8Array(32), new Uint8Array(64)];
    const numbered = (n: number) => new Uint8Array([n >> 16, n >> 8, n & 255]);
    const many = (1 << 16) + 1;
    for (let n = 0; n < many; n++) verify(key, numbered(n), signature);
    verify(key, numbered(many - 1), signature);
    expect(asked).toBe(many);
    verify(key, numbered(0), signature);
    expect(asked).toBe(many + 1);
    const long = new Uint8Array(20_000);
    expect([verify(key, long, signature), verify(key, long, signature)]).toEqual([true, true]);
    expect(asked).toBe(many + 3);
  });
});
