import { createHash, webcrypto } from "node:crypto";
import { ed25519 } from "@noble/curves/ed25519.js";
import { describe, expect, it } from "vitest";
import type { SignatureCheck } from "./crypto.js";
import { HeldSignatures } from "./heldSignatures.js";
import { nodeCrypto, quickNodeCrypto } from "./node.js";
import { noteSignatures } from "./noteSignatures.js";
import { SEPARATING_CHECKS } from "./separating.js";
import { type PlatformVerifier, verifyAhead } from "./verifyAhead.js";
import { webCrypto } from "./web.js";

const separating: readonly SignatureCheck[] = SEPARATING_CHECKS;
const seeds = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte));
const signed = (seed: Uint8Array, byte: number): SignatureCheck => {
  const message = new Uint8Array(100).fill(byte);
  const signature = nodeCrypto.ed25519Sign(seed, message);
  return { publicKey: nodeCrypto.ed25519PublicKey(seed), message, signature };
};
const altered = (check: SignatureCheck) => ({ ...check, message: new Uint8Array([...check.message, 1]) });
const newMemory = () => new HeldSignatures((bytes) => createHash("sha256").update(bytes).digest("binary"));

/** A platform by somebody else's rule; it counts what it is asked. */
function platformOf(rule: (check: SignatureCheck) => boolean): PlatformVerifier & { asked: number } {
  return {
    asked: 0,
    importKey: (_, key) => Promise.resolve(key),
    verify(_, publicKey, signature, message) {
      this.asked++;
      return Promise.resolve(rule({ publicKey: publicKey as Uint8Array, message, signature }));
    },
  };
}

async function remembers(platform: PlatformVerifier | undefined, checks: readonly SignatureCheck[]) {
  const held = newMemory();
  await verifyAhead(held, platform)(checks);
  return checks.map((check) => {
    const name = held.name(check);
    return name !== null && held.has(name);
  });
}

const strict = ({ publicKey, message, signature }: SignatureCheck) =>
  nodeCrypto.ed25519Verify(publicKey, message, signature);

describe("signatures that the platform verifies ahead", () => {
  it("the separating signatures: the first holds by our rule, no other does, and by others' rules some do", () => {
    for (const crypto of [nodeCrypto, webCrypto]) {
      const ours = separating.map((each) => crypto.ed25519Verify(each.publicKey, each.message, each.signature));
      expect(ours).toEqual([true, false, false, false, false, false]);
    }
    const cofactored = separating.map(({ publicKey, message, signature }) =>
      ed25519.verify(signature, message, publicKey, { zip215: true }),
    );
    expect(cofactored).toEqual([true, false, false, true, true, true]);
  });

  it("a platform of our rule: what holds is remembered, whatever does not is left to us", async () => {
    const good = seeds.map((seed, at) => signed(seed, at));
    const bad = good.map(altered);
    const short = { ...good[0]!, signature: good[0]!.signature.subarray(1) };
    const noPoint = { ...good[0]!, publicKey: new Uint8Array(32).fill(2) };
    const checks = [...good, ...bad, short, noPoint];
    const expected = checks.map((_, at) => at < good.length);
    expect(await remembers(platformOf(strict), checks)).toEqual(expected);
    expect(await remembers(webcrypto.subtle as unknown as PlatformVerifier, checks)).toEqual(expected);
  });

  it("the same signature is asked about once", async () => {
    const platform = platformOf(strict);
    const held = newMemory();
    const ahead = verifyAhead(held, platform);
    await ahead([signed(seeds[0]!, 1), signed(seeds[0]!, 1), signed(seeds[1]!, 1)]);
    await ahead([signed(seeds[0]!, 1)]);
    expect(platform.asked).toBe(separating.length + 2);
  });

  it("RULE crypto.ahead-verdict: of a platform with another rule nothing is taken", async () => {
    const good = [signed(seeds[0]!, 1)];
    const rules: ((check: SignatureCheck) => boolean)[] = [
      ({ publicKey, message, signature }) => ed25519.verify(signature, message, publicKey, { zip215: true }),
      () => true,
      () => false,
      // Any one of the separating signatures wrongly let through.
      ...separating.slice(1).map((wrong) => (check: SignatureCheck) => strict(check) || isSame(check, wrong)),
    ];
    for (const rule of rules) expect(await remembers(platformOf(rule), good)).toEqual([false]);
    expect(await remembers(platformOf(strict), good)).toEqual([true]);
    expect(await remembers(undefined, good)).toEqual([false]);
    const without: PlatformVerifier = {
      importKey: () => Promise.reject(new DOMException("Unrecognized name.", "NotSupportedError")),
      verify: () => Promise.reject(new DOMException("Unrecognized name.", "NotSupportedError")),
    };
    expect(await remembers(without, good)).toEqual([false]);
  });

  it("RULE crypto.ahead-verdict: points that can be written in several ways are left to us, however they are written", async () => {
    const y = (first: number, rest: number, last: number) =>
      Uint8Array.of(first, ...Array<number>(30).fill(rest), last);
    const odd = [0x7f, 0xff].flatMap((last) => [0xec, 0xed, 0xee, 0xff].map((first) => y(first, 0xff, last)));
    odd.push(y(0, 0, 0), y(1, 0, 0), y(0, 0, 0x80), y(1, 0, 0x80));
    // A platform that is of our rule but for these, as one that compares points and not their encodings would be.
    const lax = platformOf((check) => strict(check) || odd.some((each) => startsWith(check.signature, each)));
    const own = signed(seeds[0]!, 1);
    const asR = odd.map((r) => ({ ...own, signature: Uint8Array.of(...r, ...own.signature.subarray(32)) }));
    const asKey = odd.map((publicKey) => ({ ...own, publicKey }));
    expect(await remembers(lax, [...asR, ...asKey])).toEqual([...asR, ...asKey].map(() => false));
    // Their neighbours have one encoding.
    const plain = [y(2, 0, 0), y(0, 1, 0), y(0xeb, 0xff, 0x7f), y(0xed, 0xfe, 0x7f), y(0xed, 0xff, 0x7e)];
    const neighbours = plain.map((publicKey) => ({ ...own, publicKey }));
    const asked = platformOf(strict);
    await remembers(asked, neighbours);
    expect(asked.asked).toBe(separating.length + plain.length);
  });

  it("bytes that change while the platform works are another question", async () => {
    const good = signed(seeds[0]!, 1);
    const wrong = { ...good, message: good.message.map((byte) => byte ^ 1) };
    const asked = { ...good, message: wrong.message.slice() };
    const platform: PlatformVerifier = {
      ...platformOf(strict),
      async importKey(_, key) {
        await Promise.resolve();
        asked.message.set(good.message);
        return key;
      },
    };
    const held = newMemory();
    const ahead = verifyAhead(held, platform);
    await ahead([]);
    asked.message.set(wrong.message);
    await ahead([asked]);
    expect([wrong, good].map((check) => held.has(held.name(check)!))).toEqual([false, false]);
  });

  it.each([quickNodeCrypto, webCrypto])(
    "$name says of what was looked at ahead what it says of all",
    async (crypto) => {
      const checks = seeds.map((seed) => signed(seed, 77));
      await crypto.verifyAhead!([...checks, altered(checks[0]!)]);
      for (const { publicKey, message, signature } of checks)
        expect(crypto.ed25519Verify(publicKey, message, signature)).toBe(true);
      const wrong = altered(checks[0]!);
      expect(crypto.ed25519Verify(wrong.publicKey, wrong.message, wrong.signature)).toBe(false);
    },
  );

  it("noting asks nobody, and notes every question", () => {
    const [first, second] = [signed(seeds[0]!, 1), signed(seeds[1]!, 2)];
    const noted = noteSignatures(nodeCrypto, (noting) => {
      for (const { publicKey, message, signature } of [first, altered(second)])
        noting.ed25519Verify(publicKey, message, signature);
    });
    expect(noted).toEqual([first, altered(second)]);
    // Who asks writes one message over the other.
    const { publicKey, message, signature } = first;
    const lent = message.slice();
    const [kept] = noteSignatures(nodeCrypto, (noting) => {
      noting.ed25519Verify(publicKey, lent, signature);
      lent.fill(0);
    });
    expect(kept!.message).toEqual(message);
  });
});

function isSame(a: SignatureCheck, b: SignatureCheck): boolean {
  return Buffer.compare(a.signature, b.signature) === 0 && Buffer.compare(a.message, b.message) === 0;
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return Buffer.compare(bytes.subarray(0, start.length), start) === 0;
}
