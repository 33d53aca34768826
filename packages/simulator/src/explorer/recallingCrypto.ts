import { toHex } from "@conclave/codec";
import type { Crypto, KemName } from "@conclave/crypto";

/** How many answers of one kind are kept. */
const KEPT = 200_000;

/**
 * The same primitives, which compute nothing twice: every one of them is a function of its
 * arguments, and each member of a room asks for what the others have asked for. For
 * explorations, where secrets are nobody's.
 */
export function recallingCrypto(primitives: Crypto): Crypto {
  const short = (part: string | Uint8Array): string => {
    if (typeof part === "string") return part;
    return latin(part.length <= 64 ? part : primitives.hash("sha256", part));
  };
  const recall = <A extends readonly (string | Uint8Array)[], R>(compute: (...args: A) => R) => {
    const known = new Map<string, R>();
    return (...args: A): R => {
      const name = args.map(short).join("|");
      const before = known.get(name);
      if (before !== undefined) return before;
      const answer = compute(...args);
      if (known.size >= KEPT) known.clear();
      known.set(name, answer);
      return answer;
    };
  };
  return {
    ...primitives,
    ed25519PublicKey: recall((seed: Uint8Array) => primitives.ed25519PublicKey(seed)),
    ed25519Sign: recall((seed: Uint8Array, message: Uint8Array) => primitives.ed25519Sign(seed, message)),
    ed25519Verify: recall((key: Uint8Array, message: Uint8Array, signature: Uint8Array) => {
      return primitives.ed25519Verify(key, message, signature);
    }),
    kemDeriveKeyPair: recall((kem: KemName, material: Uint8Array) => primitives.kemDeriveKeyPair(kem, material)),
    kemPublicKey: recall((kem: KemName, key: Uint8Array) => primitives.kemPublicKey(kem, key)),
    kemEncapsulate: recall((kem: KemName, key: Uint8Array, randomness: Uint8Array) => {
      return primitives.kemEncapsulate(kem, key, randomness);
    }),
    kemDecapsulate: recall((kem: KemName, key: Uint8Array, sent: Uint8Array) => {
      return primitives.kemDecapsulate(kem, key, sent);
    }),
  };
}

/** SHA-256 in hexadecimal over names and bytes, one after another and apart. */
export function digestOfAll(crypto: Crypto, parts: readonly (string | Uint8Array)[]): string {
  const text = parts.map((part) => (typeof part === "string" ? part : latin(part))).join("\0");
  return toHex(crypto.hash("sha256", Buffer.from(text, "latin1")));
}

function latin(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}
