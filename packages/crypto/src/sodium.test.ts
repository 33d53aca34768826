import realSodium from "libsodium-wrappers";
import { describe, expect, it } from "vitest";
import { noble } from "./noble.js";
import { loadSodium, quickener, type Sodium } from "./sodium.js";

await realSodium.ready;
const altered = (changes: Partial<Record<keyof Sodium, unknown>>) =>
  loadSodium(() => Promise.resolve({ ...realSodium, ...changes } as Sodium));
const turned = (bytes: Uint8Array) => bytes.map((byte, at) => (at === 0 ? byte ^ 1 : byte));
const key = new Uint8Array(32).fill(7);
const message = new Uint8Array(20).fill(1);

describe("libsodium as a provider", () => {
  it("RULE crypto.provider-alike: is used where it gives noble's bytes and our verdicts", async () => {
    expect((await altered({}))?.name).toBe("libsodium");
    const wrong: Partial<Record<keyof Sodium, unknown>>[] = [
      { crypto_scalarmult_base: (secret: Uint8Array) => turned(realSodium.crypto_scalarmult_base(secret)) },
      { crypto_scalarmult: (...pair: [Uint8Array, Uint8Array]) => turned(realSodium.crypto_scalarmult(...pair)) },
      // Takes a key of small order.
      { crypto_scalarmult: (...pair: [Uint8Array, Uint8Array]) => orZero(() => realSodium.crypto_scalarmult(...pair)) },
      {
        crypto_sign_detached: (...given: [Uint8Array, Uint8Array]) => turned(realSodium.crypto_sign_detached(...given)),
      },
      { crypto_sign_verify_detached: () => true },
      { crypto_sign_verify_detached: () => false },
      { crypto_aead_chacha20poly1305_ietf_encrypt: () => new Uint8Array(80) },
      { crypto_aead_chacha20poly1305_ietf_decrypt: () => new Uint8Array(64) },
      { crypto_kem_mlkem768_seed_keypair: () => realSodium.crypto_kem_mlkem768_keypair() },
      {
        crypto_kem_mlkem768_enc_deterministic: (publicKey: Uint8Array) => realSodium.crypto_kem_mlkem768_enc(publicKey),
      },
      { crypto_kem_mlkem768_dec: () => new Uint8Array(32) },
      { crypto_kem_mlkem768_dec: undefined },
    ];
    for (const changes of wrong) expect(await altered(changes), Object.keys(changes)[0]).toBeNull();
  });

  it("is done without where it does not run", async () => {
    expect(await altered({ ready: Promise.reject(new Error("does not compile")) })).toBeNull();
  });

  it("is fetched again by a later call if it could not be fetched, and never once it is there or is refused", async () => {
    const right: Sodium = { ...realSodium };
    const wrong = { ...realSodium, crypto_sign_verify_detached: () => true } as unknown as Sodium;
    for (const [library, used] of [
      [right, ["libsodium"]],
      [wrong, []],
    ] as const) {
      let asked = 0;
      const names: string[] = [];
      const fetched = () => (++asked < 3 ? Promise.reject(new TypeError("Failed to fetch")) : Promise.resolve(library));
      const quicken = quickener(
        ({ name }) => names.push(name),
        () => loadSodium(fetched),
      );
      await Promise.all([quicken(), quicken()]);
      expect([asked, names]).toEqual([1, []]);
      await quicken();
      expect([asked, names]).toEqual([2, []]);
      await quicken();
      await quicken();
      expect([asked, names]).toEqual([3, used]);
    }
  });

  it("RULE crypto.sodium-verdict: its no is not believed, and its yes only where a point can be written in one way", async () => {
    const publicKey = noble.ed25519PublicKey(key);
    const signature = noble.ed25519Sign(key, message);
    const provider = (await altered({
      crypto_sign_verify_detached(given: Uint8Array, text: Uint8Array, by: Uint8Array) {
        if (by[31] === 0x7f) return true;
        return text.length !== message.length && realSodium.crypto_sign_verify_detached(given, text, by);
      },
    }))!;
    expect(provider.ed25519Verify(publicKey, message, signature)).toBe(true);
    expect(provider.ed25519Verify(publicKey, message, turned(signature))).toBe(false);
    const twoWays = new Uint8Array(32).fill(0xff);
    twoWays.set([0xee], 0);
    twoWays.set([0x7f], 31);
    expect(provider.ed25519Verify(twoWays, message, signature)).toBe(false);
  });
});

function orZero(compute: () => Uint8Array): Uint8Array {
  try {
    return compute();
  } catch {
    return new Uint8Array(32);
  }
}
