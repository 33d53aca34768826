import { ed25519 } from "@noble/curves/ed25519.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  committingOpen,
  committingSeal,
  type Crypto,
  hpkeOpen,
  hpkeReceiveExport,
  hpkeSeal,
  hpkeSendExport,
} from "./index.js";
import { makeNodeCrypto } from "./nodeCrypto.js";
import { makeWebCrypto } from "./webCrypto.js";

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ""), "hex"));
const text = (value: string) => new TextEncoder().encode(value);
const none = new Uint8Array(0);
const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
const exactly = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const aeads = [
  ["aes128gcm", 16],
  ["aes256gcm", 32],
  ["chacha20poly1305", 32],
] as const;

const [nodeCrypto, webCrypto, quickNode, quickWeb] = [
  makeNodeCrypto(),
  makeWebCrypto(),
  makeNodeCrypto(),
  makeWebCrypto(),
];
await Promise.all([quickNode.quicken!(), quickWeb.quicken!()]);
const implementations = [nodeCrypto, webCrypto, quickNode, quickWeb].map((crypto) => {
  const { curves, mlKem } = crypto.providers!();
  return [`${crypto.name}: ${curves}, ML-KEM by ${mlKem}`, crypto] as const;
});

it("is asked of what each implementation begins with, and of what it has after it was quickened", () => {
  expect(implementations.map(([name]) => name)).toEqual([
    "node: openssl, ML-KEM by noble",
    "web: noble, ML-KEM by noble",
    "node: openssl, ML-KEM by libsodium",
    "web: libsodium, ML-KEM by libsodium",
  ]);
});

// One suite for every implementation: published vectors and edge cases.
describe.each(implementations)("conformance of %s", (_, crypto: Crypto) => {
  it("hashes (FIPS 180-4)", () => {
    expect(crypto.hash("sha256", text("abc"))).toEqual(
      hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    );
    expect(crypto.hash("sha384", none).length).toBe(48);
    expect(crypto.hash("sha512", none).length).toBe(64);
  });

  it("gives the same of parts as of the whole, short or long, and leaves what it was given alone", () => {
    for (const length of [0, 1, 63, 64, 65, 500, 1024, 1025, 5000]) {
      const whole = Uint8Array.from({ length }, (_byte, at) => (at * 7) & 0xff);
      const parts = [
        whole.slice(0, length >> 2),
        none,
        whole.slice(length >> 2, length >> 1),
        whole.slice(length >> 1),
      ];
      for (const name of ["sha256", "sha384", "sha512"] as const) {
        for (const key of [none, whole.slice(0, 32), new Uint8Array(200).fill(9)]) {
          expect(crypto.hmac(name, key, ...parts)).toEqual(crypto.hmac(name, key, whole));
          expect(crypto.hkdfExtract(name, key, ...parts)).toEqual(crypto.hkdfExtract(name, key, whole));
          expect(crypto.hkdfExpand(name, key, parts, 150)).toEqual(crypto.hkdfExpand(name, key, whole, 150));
          expect(crypto.hkdfExpand(name, key, parts, 20)).toEqual(crypto.hkdfExpand(name, key, whole, 20));
        }
        expect(crypto.hash(name, ...parts)).toEqual(crypto.hash(name, whole));
        expect(crypto.hash(name)).toEqual(crypto.hash(name, none));
      }
      expect(whole[5]).toBe(length > 5 ? 35 : undefined);
    }
  });

  it("HMAC (RFC 4231, case 2)", () => {
    expect(crypto.hmac("sha256", text("Jefe"), text("what do ya want for nothing?"))).toEqual(
      hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    );
  });

  it("HKDF (RFC 5869, cases 1 and 3)", () => {
    const prk = crypto.hkdfExtract("sha256", hex("000102030405060708090a0b0c"), new Uint8Array(22).fill(0x0b));
    expect(prk).toEqual(hex("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5"));
    expect(crypto.hkdfExpand("sha256", prk, hex("f0f1f2f3f4f5f6f7f8f9"), 42)).toEqual(
      hex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"),
    );
    const zero = crypto.hkdfExtract("sha256", none, new Uint8Array(22).fill(0x0b));
    expect(crypto.hkdfExpand("sha256", zero, none, 42)).toEqual(
      hex("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"),
    );
    expect(() => crypto.hkdfExpand("sha256", prk, none, 255 * 32 + 1)).toThrow(RangeError);
  });

  it("ChaCha20-Poly1305 (RFC 8439 §2.8.2)", () => {
    const key = hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
    const nonce = hex("070000004041424344454647");
    const aad = hex("50515253c0c1c2c3c4c5c6c7");
    const plaintext = text(
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
    );
    const sealed = crypto.aeadSeal("chacha20poly1305", key, nonce, aad, plaintext);
    expect(sealed.slice(-16)).toEqual(hex("1ae10b594f09e26a7e902ecbd0600691"));
    expect(crypto.aeadOpen("chacha20poly1305", key, nonce, aad, sealed)).toEqual(plaintext);
  });

  it("AES-GCM (NIST, test cases 2 and 14)", () => {
    const zeros = (n: number) => new Uint8Array(n);
    expect(crypto.aeadSeal("aes128gcm", zeros(16), zeros(12), none, zeros(16))).toEqual(
      hex("0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf"),
    );
    expect(crypto.aeadSeal("aes256gcm", zeros(32), zeros(12), none, zeros(16))).toEqual(
      hex("cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"),
    );
  });

  it("RULE crypto.short-tag: truncated, altered and too short ciphertexts do not open", () => {
    for (const [aead, keyLength] of aeads) {
      const key = new Uint8Array(keyLength).fill(7);
      const nonce = new Uint8Array(12).fill(1);
      const sealed = crypto.aeadSeal(aead, key, nonce, text("aad"), text("hello"));
      for (let length = 0; length < sealed.length; length++) {
        expect(crypto.aeadOpen(aead, key, nonce, text("aad"), sealed.slice(0, length))).toBeNull();
      }
      for (let i = 0; i < sealed.length; i++) {
        const altered = sealed.slice();
        altered[i]! ^= 1;
        expect(crypto.aeadOpen(aead, key, nonce, text("aad"), altered)).toBeNull();
      }
      expect(crypto.aeadOpen(aead, key, nonce, text("other"), sealed)).toBeNull();
      expect(crypto.aeadOpen(aead, key, nonce, none, crypto.aeadSeal(aead, key, nonce, none, none))).toEqual(none);
      expect(() => crypto.aeadSeal(aead, new Uint8Array(keyLength - 1), nonce, none, none)).toThrow(RangeError);
      expect(() => crypto.aeadSeal(aead, key, new Uint8Array(11), none, none)).toThrow(RangeError);
    }
  });

  it("Ed25519 (RFC 8032 §7.1, tests 1 and 2)", () => {
    const seed = hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    const publicKey = hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    expect(crypto.ed25519PublicKey(seed)).toEqual(publicKey);
    const signature = crypto.ed25519Sign(seed, none);
    expect(signature).toEqual(
      hex(`e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b
           d25bf5f0595bbe24655141438e7a100b`),
    );
    expect(crypto.ed25519Verify(publicKey, none, signature)).toBe(true);
    expect(crypto.ed25519Verify(publicKey, text("x"), signature)).toBe(false);
    expect(crypto.ed25519Verify(publicKey.slice(1), none, signature)).toBe(false);
    expect(crypto.ed25519Verify(publicKey, none, signature.slice(1))).toBe(false);
  });

  it("RULE crypto.canonical-s: a signature with S + L is refused", () => {
    const seed = new Uint8Array(32).fill(3);
    const signature = crypto.ed25519Sign(seed, text("message"));
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    let s = 0n;
    for (let i = 63; i >= 32; i--) s = (s << 8n) | BigInt(signature[i]!);
    const malleable = signature.slice();
    let raised = s + order;
    for (let i = 32; i < 64; i++, raised >>= 8n) malleable[i] = Number(raised & 0xffn);
    expect(crypto.ed25519Verify(crypto.ed25519PublicKey(seed), text("message"), signature)).toBe(true);
    expect(crypto.ed25519Verify(crypto.ed25519PublicKey(seed), text("message"), malleable)).toBe(false);
  });

  it("RULE crypto.small-order: a signature with a key or R of small order is refused, though its equation holds", () => {
    const { Point } = ed25519;
    const torsion = Point.fromBytes(hex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), true);
    const small = [Point.ZERO];
    while (small.length < 8) small.push(small.at(-1)!.add(torsion));
    const [a, r] = [123456789n, 987654321n];
    const scalar = (n: bigint) => Uint8Array.from({ length: 32 }, (_, at) => Number((n >> BigInt(8 * at)) & 0xffn));
    // What a signer can do that knows a: R is the one it says, S fits. How many of 32 messages hold.
    const holding = (key: Uint8Array, R: Uint8Array, of: { a: bigint; r: bigint }) =>
      Array.from({ length: 32 }, (_, m) => {
        const message = Uint8Array.of(m);
        const digest = crypto.hash("sha512", new Uint8Array([...R, ...key, m]));
        const k = BigInt(`0x${Buffer.from(digest).reverse().toString("hex")}`);
        const signature = new Uint8Array([...R, ...scalar((of.r + k * of.a) % Point.Fn.ORDER)]);
        return crypto.ed25519Verify(key, message, signature);
      }).filter((isValid) => isValid).length;
    const [A, R] = [Point.BASE.multiply(a), Point.BASE.multiply(r)];
    expect(holding(A.toBytes(), R.toBytes(), { a, r })).toBe(32);
    for (const point of small) {
      expect(holding(point.toBytes(), R.toBytes(), { a: 0n, r })).toBe(0);
      expect(holding(A.toBytes(), point.toBytes(), { a, r: 0n })).toBe(0);
      // With a key of mixed order every eighth message fits each of them.
      expect(holding(A.add(torsion).toBytes(), point.toBytes(), { a, r: 0n })).toBe(0);
    }
    // All encodings of 0, 1 and -1.
    const top = "ff".repeat(30);
    const all = [0x00, 0x80].flatMap((sign) => [
      ...["00", "01"].map((low) => hex(low + "00".repeat(30) + sign.toString(16).padStart(2, "0"))),
      ...["ec", "ed", "ee"].map((low) => hex(low + top + (0x7f | sign).toString(16))),
    ]);
    for (const point of all) expect(holding(point, R.toBytes(), { a: 0n, r })).toBe(0);
  });

  it("RULE crypto.low-order: low-order X25519 points give no shared secret", () => {
    const lowOrder = [
      "0000000000000000000000000000000000000000000000000000000000000000",
      "0100000000000000000000000000000000000000000000000000000000000000",
      "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
      "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ];
    const pair = crypto.kemDeriveKeyPair("x25519", text("somebody's input key material...."));
    for (const point of lowOrder) {
      expect(crypto.kemDecapsulate("x25519", pair.privateKey, hex(point))).toBeNull();
      expect(crypto.kemEncapsulate("x25519", hex(point), new Uint8Array(32))).toBeNull();
    }
    expect(crypto.kemDecapsulate("x25519", pair.privateKey, new Uint8Array(31))).toBeNull();
    expect(crypto.kemEncapsulate("x25519", new Uint8Array(33), new Uint8Array(32))).toBeNull();
  });

  it.each([
    {
      aead: "aes128gcm" as const,
      ikmE: "7268600d403fce431561aef583ee1613527cff655c1343f29812e66706df3234",
      ikmR: "6db9df30aa07dd42ee5e8181afdb977e538f5e1fec8a06223f33f7013e525037",
      pkRm: "3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d",
      enc: "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431",
      ct: "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a",
      exported: "3853fe2b4035195a573ffc53856e77058e15d9ea064de3e59f4961d0095250ee",
    },
    {
      aead: "chacha20poly1305" as const,
      ikmE: "909a9b35d3dc4713a5e72a4da274b55d3d3821a37e5d099e74a647db583a904b",
      ikmR: "1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df",
      pkRm: "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a",
      enc: "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a",
      ct: "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28",
      exported: null,
    },
  ])("HPKE base mode (RFC 9180 appendix A, $aead)", ({ aead, ikmE, ikmR, pkRm, enc, ct, exported }) => {
    const suite = { kem: "x25519", kdf: "sha256", aead } as const;
    const info = hex("4f6465206f6e2061204772656369616e2055726e");
    const aad = hex("436f756e742d30");
    const pair = crypto.kemDeriveKeyPair("x25519", hex(ikmR));
    expect(pair.publicKey).toEqual(hex(pkRm));
    const plaintext = text("Beauty is truth, truth beauty");
    const sealed = hpkeSeal(crypto, suite, pair.publicKey, info, aad, plaintext, () => hex(ikmE))!;
    expect(sealed.kemOutput).toEqual(hex(enc));
    expect(sealed.ciphertext).toEqual(hex(ct));
    expect(hpkeOpen(crypto, suite, pair.privateKey, info, aad, sealed)).toEqual(plaintext);
    expect(hpkeOpen(crypto, suite, pair.privateKey, text("other"), aad, sealed)).toBeNull();
    if (exported === null) return;
    const sent = hpkeSendExport(crypto, suite, pair.publicKey, info, none, 32, () => hex(ikmE))!;
    expect(sent.secret).toEqual(hex(exported));
    expect(hpkeReceiveExport(crypto, suite, pair.privateKey, info, none, 32, sent.kemOutput)).toEqual(sent.secret);
  });

  it("X-Wing: round trip, deterministic, and no other key opens", () => {
    const suite = { kem: "xwing", kdf: "sha256", aead: "chacha20poly1305" } as const;
    const pair = crypto.kemDeriveKeyPair("xwing", text("ikm"));
    const other = crypto.kemDeriveKeyPair("xwing", text("other"));
    expect(pair.publicKey.length).toBe(1216);
    expect(crypto.kemPublicKey("xwing", pair.privateKey)).toEqual(pair.publicKey);
    const sealed = hpkeSeal(crypto, suite, pair.publicKey, none, none, text("hi"), (n) => new Uint8Array(n).fill(5))!;
    expect(sealed.kemOutput.length).toBe(1120);
    expect(hpkeOpen(crypto, suite, pair.privateKey, none, none, sealed)).toEqual(text("hi"));
    expect(hpkeOpen(crypto, suite, other.privateKey, none, none, sealed)).toBeNull();
    expect(crypto.kemEncapsulate("xwing", pair.publicKey.slice(1), new Uint8Array(64))).toBeNull();
    expect(crypto.kemEncapsulate("xwing", new Uint8Array(1216).fill(255), new Uint8Array(64))).toBeNull();
    expect(crypto.kemDecapsulate("xwing", pair.privateKey, new Uint8Array(1119))).toBeNull();
  });

  it("X-Wing (draft-connolly-cfrg-xwing-kem, first test vector)", () => {
    const seed = hex("7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26");
    const publicKey = crypto.kemPublicKey("xwing", seed);
    expect(publicKey.slice(0, 16)).toEqual(hex("e2236b35a8c24b39b10aa1323a96a919"));
    const randomness = hex(
      "3cb1eea988004b93103cfb0aeefd2a686e01fa4a58e8a3639ca8a1e3f9ae57e235b8cc873c23dc62b8d260169afa2f75ab916a58d974918835d25e6a435085b2",
    );
    const sent = crypto.kemEncapsulate("xwing", publicKey, randomness)!;
    expect(sent.sharedSecret).toEqual(hex("d2df0522128f09dd8e2c92b1e905c793d8f57a54c3da25861f10bf4ca613e384"));
    expect(crypto.kemDecapsulate("xwing", seed, sent.encapsulated)).toEqual(sent.sharedSecret);
  });

  it("RULE crypto.commitment: a ciphertext opens under its own key and nonce only (A100's defence)", () => {
    const [a, b] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
    const sealed = committingSeal(crypto, a, text("n"), text("aad"), text("hello"));
    expect(committingOpen(crypto, a, text("n"), text("aad"), sealed)).toEqual(text("hello"));
    // A crafted pair: b's commitment replaced by a's leaves a ciphertext whose tag b would accept, and is refused.
    const forB = committingSeal(crypto, b, text("n"), text("aad"), text("hello"));
    const crafted = new Uint8Array([...sealed.slice(0, 32), ...forB.slice(32)]);
    expect(committingOpen(crypto, b, text("n"), text("aad"), crafted)).toBeNull();
    expect(committingOpen(crypto, a, text("m"), text("aad"), sealed)).toBeNull();
    expect(committingOpen(crypto, a, text("n"), text("aad"), sealed.slice(0, 31))).toBeNull();
  });
});

// RULE crypto.one-verdict: what one implementation makes or accepts, each other makes or accepts.
describe.each(implementations.slice(1))("RULE crypto.one-verdict: node and %s agree", (_, crypto) => {
  it("on hashes, MACs and AEADs", () => {
    fc.assert(
      fc.property(bytes(200), bytes(90), exactly(32), exactly(12), (data, aad, key, nonce) => {
        for (const name of ["sha256", "sha384", "sha512"] as const) {
          expect(crypto.hash(name, data)).toEqual(nodeCrypto.hash(name, data));
          expect(crypto.hmac(name, aad, data)).toEqual(nodeCrypto.hmac(name, aad, data));
        }
        for (const [aead, length] of aeads) {
          const sealed = nodeCrypto.aeadSeal(aead, key.slice(0, length), nonce, aad, data);
          expect(crypto.aeadSeal(aead, key.slice(0, length), nonce, aad, data)).toEqual(sealed);
          expect(crypto.aeadOpen(aead, key.slice(0, length), nonce, aad, sealed)).toEqual(data);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("on signatures, also altered ones", () => {
    fc.assert(
      fc.property(exactly(32), bytes(50), fc.nat(95), fc.nat(7), (seed, message, at, bit) => {
        const publicKey = nodeCrypto.ed25519PublicKey(seed);
        const signature = nodeCrypto.ed25519Sign(seed, message);
        expect(crypto.ed25519Sign(seed, message)).toEqual(signature);
        expect(crypto.ed25519Verify(publicKey, message, signature)).toBe(true);
        const key = publicKey.slice();
        const altered = signature.slice();
        if (at < 64) altered[at]! ^= 1 << bit;
        else key[at - 64]! ^= 1 << bit;
        expect(crypto.ed25519Verify(key, message, altered)).toBe(nodeCrypto.ed25519Verify(key, message, altered));
      }),
      { numRuns: 60 },
    );
  });

  it("on small-order and non-canonical public keys and R", () => {
    const odd = [
      "0100000000000000000000000000000000000000000000000000000000000000",
      "0100000000000000000000000000000000000000000000000000000000000080",
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
      "0000000000000000000000000000000000000000000000000000000000000000",
      "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    ].map(hex);
    for (const key of odd) {
      for (const r of odd) {
        for (const s of [0, 1]) {
          for (const message of ["a", "b", "c", "d"]) {
            const signature = new Uint8Array(64);
            signature.set(r);
            signature[32] = s;
            expect(crypto.ed25519Verify(key, text(message), signature)).toBe(
              nodeCrypto.ed25519Verify(key, text(message), signature),
            );
          }
        }
      }
    }
  });

  it("on KEMs", () => {
    fc.assert(
      fc.property(exactly(32), exactly(64), (ikm, randomness) => {
        for (const kem of ["x25519", "xwing"] as const) {
          const pair = nodeCrypto.kemDeriveKeyPair(kem, ikm);
          expect(crypto.kemDeriveKeyPair(kem, ikm)).toEqual(pair);
          const given = kem === "xwing" ? randomness : randomness.slice(0, 32);
          const sent = nodeCrypto.kemEncapsulate(kem, pair.publicKey, given)!;
          expect(crypto.kemEncapsulate(kem, pair.publicKey, given)).toEqual(sent);
          expect(crypto.kemDecapsulate(kem, pair.privateKey, sent.encapsulated)).toEqual(sent.sharedSecret);
          expect(nodeCrypto.kemDecapsulate(kem, pair.privateKey, sent.encapsulated)).toEqual(sent.sharedSecret);
        }
      }),
      { numRuns: 20 },
    );
  });
});
