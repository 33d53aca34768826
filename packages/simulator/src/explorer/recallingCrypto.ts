import { toHex } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";

/** How many answers of one kind are kept. */
const KEPT = 200_000;

/**
 * The same primitives, which compute nothing twice: every one of them is a function of its arguments, and each member of a
 * room asks for what the others have asked for. Made for explorations, where secrets are nobody's.
 */
export function recallingCrypto(primitives: Crypto): Crypto {
  const name = (...parts: readonly Uint8Array[]): string => parts.map(latin).join("|");
  const digest = (message: Uint8Array) => (message.length <= 64 ? message : primitives.hash("sha256", message));
  const publicKeys = recall((seed: Uint8Array) => name(seed), primitives.ed25519PublicKey);
  const signatures = recall((seed, message) => name(seed, digest(message)), primitives.ed25519Sign);
  const verdicts = recall((key, message, signature) => name(key, signature, digest(message)), primitives.ed25519Verify);
  const derived = recall((kem, ikm) => `${kem} ${latin(ikm)}`, primitives.kemDeriveKeyPair);
  const kemPublic = recall((kem, key) => `${kem} ${latin(key)}`, primitives.kemPublicKey);
  const encapsulated = recall((kem, key, random) => `${kem} ${name(key, random)}`, primitives.kemEncapsulate);
  const decapsulated = recall((kem, key, sent) => `${kem} ${name(key, sent)}`, primitives.kemDecapsulate);
  return {
    ...primitives,
    ed25519PublicKey: publicKeys,
    ed25519Sign: signatures,
    ed25519Verify: verdicts,
    kemDeriveKeyPair: derived,
    kemPublicKey: kemPublic,
    kemEncapsulate: encapsulated,
    kemDecapsulate: decapsulated,
  };
}

/** SHA-256 in hexadecimal over names and bytes, one after another and apart. */
export function digestOf(crypto: Crypto, parts: readonly (string | Uint8Array)[]): string {
  const text = parts.map((part) => (typeof part === "string" ? part : latin(part))).join("\0");
  return toHex(crypto.hash("sha256", Buffer.from(text, "latin1")));
}

function recall<A extends readonly unknown[], R>(nameOf: (...args: A) => string, compute: (...args: A) => R) {
  const known = new Map<string, R>();
  return (...args: A): R => {
    const name = nameOf(...args);
    const before = known.get(name);
    if (before !== undefined) return before;
    const answer = compute(...args);
    if (known.size >= KEPT) known.clear();
    known.set(name, answer);
    return answer;
  };
}

function latin(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}
