import {
  createCipheriv,
  createDecipheriv,
  diffieHellman,
  generateKeyPairSync,
  hash,
  randomBytes,
  sign,
  verify,
} from "node:crypto";
import type { Crypto } from "@conclave/crypto";
import { loadSodium } from "@conclave/crypto/testing";
import { median, time } from "./stopwatch.js";

/** The calls of the cryptographic libraries that nothing can be had without. */
const CALLS = [
  ...(["keyPair", "diffieHellman", "sign", "verify", "sha256", "seal", "open"] as const),
  ...(["kemKeyPair", "kemEncapsulate", "kemDecapsulate"] as const),
] as const;

/** One of them. */
export type BareCall = (typeof CALLS)[number];

/** How many of each an operation makes. */
export type CallCounts = Readonly<Record<BareCall, number>>;

/** Counts what an engine asks of its primitives. HKDF's and HMAC's hashes are not counted, nor is a key's import. */
export class CallCounter {
  private counts = noCalls();

  /** The same primitives, counted. */
  counting(crypto: Crypto): Crypto {
    const count = (...calls: readonly BareCall[]): void => {
      for (const call of calls) this.counts[call]++;
    };
    return {
      ...crypto,
      hash: (...of) => (count("sha256"), crypto.hash(...of)),
      aeadSeal: (...of) => (count("seal"), crypto.aeadSeal(...of)),
      aeadOpen: (...of) => (count("open"), crypto.aeadOpen(...of)),
      ed25519PublicKey: (...of) => (count("keyPair"), crypto.ed25519PublicKey(...of)),
      ed25519Sign: (...of) => (count("sign"), crypto.ed25519Sign(...of)),
      ed25519Verify: (...of) => (count("verify"), crypto.ed25519Verify(...of)),
      kemDeriveKeyPair(kem, ikm) {
        count("keyPair", ...(kem === "xwing" ? (["kemKeyPair"] as const) : []));
        return crypto.kemDeriveKeyPair(kem, ikm);
      },
      kemEncapsulate(kem, ...of) {
        count("keyPair", "diffieHellman", ...(kem === "xwing" ? (["kemEncapsulate"] as const) : []));
        return crypto.kemEncapsulate(kem, ...of);
      },
      kemDecapsulate(kem, ...of) {
        count("diffieHellman", ...(kem === "xwing" ? (["kemDecapsulate"] as const) : []));
        return crypto.kemDecapsulate(kem, ...of);
      },
    };
  }

  /** The calls since this was last asked. */
  take(): CallCounts {
    const { counts } = this;
    this.counts = noCalls();
    return counts;
  }
}

/**
 * What those calls cost by themselves, measured between the rounds: bare calls of `node:crypto`, and of libsodium for
 * ML-KEM, with key objects that were made before. What is above it is keys imported, HKDF, encoders, copies and garbage.
 */
export class FloorPrices {
  private readonly runs = new Map<BareCall, number[]>();

  private constructor(private readonly calls: Readonly<Record<BareCall, () => unknown>>) {}

  static async of(): Promise<FloorPrices> {
    const x25519 = generateKeyPairSync("x25519");
    const ed25519 = generateKeyPairSync("ed25519");
    const [key, nonce, text] = [randomBytes(16), randomBytes(12), randomBytes(300)];
    const signature = sign(null, text, ed25519.privateKey);
    const tagged = { authTagLength: 16 };
    const seal = () => {
      const cipher = createCipheriv("aes-128-gcm", key, nonce, tagged).setAAD(nonce);
      return { sealed: cipher.update(text), tag: (cipher.final(), cipher.getAuthTag()) };
    };
    const { sealed, tag } = seal();
    const open = () => {
      const decipher = createDecipheriv("aes-128-gcm", key, nonce, tagged).setAAD(nonce).setAuthTag(tag);
      return [decipher.update(sealed), decipher.final()];
    };
    const { mlKem } = (await loadSodium())!;
    const seed = randomBytes(64);
    const pair = mlKem.keyPair(seed);
    const { ciphertext } = mlKem.encapsulate(pair.publicKey, nonce32)!;
    return new FloorPrices({
      keyPair: () => generateKeyPairSync("x25519"),
      diffieHellman: () => diffieHellman(x25519),
      sign: () => sign(null, text, ed25519.privateKey),
      verify: () => verify(null, text, ed25519.publicKey, signature),
      sha256: () => hash("sha256", text, "buffer"),
      seal,
      open,
      kemKeyPair: () => mlKem.keyPair(seed),
      kemEncapsulate: () => mlKem.encapsulate(pair.publicKey, nonce32),
      kemDecapsulate: () => mlKem.decapsulate(ciphertext, pair.privateKey),
    });
  }

  /** Measures each call once more, a few times in a row. */
  async sample(): Promise<void> {
    for (const call of CALLS) {
      const { ms } = await time(this.calls[call], 20);
      this.runs.set(call, [...(this.runs.get(call) ?? []), ms]);
    }
  }

  /** Forgets what was measured so far. */
  clear(): void {
    this.runs.clear();
  }

  /** What these calls cost together, in ms; only those of `kinds`, where they are named. */
  cost(counts: CallCounts, kinds: readonly BareCall[] = CALLS): number {
    return kinds.reduce((sum, call) => sum + counts[call] * median(this.runs.get(call) ?? [0]), 0);
  }

  /** What each call costs, in µs. */
  toString(): string {
    return CALLS.map((call) => `${call} ${(median(this.runs.get(call) ?? [0]) * 1000).toFixed(0)}`).join(", ");
  }
}

const nonce32 = randomBytes(32);

function noCalls(): Record<BareCall, number> {
  return Object.fromEntries(CALLS.map((call) => [call, 0])) as Record<BareCall, number>;
}
