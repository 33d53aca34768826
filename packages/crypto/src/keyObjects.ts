import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";

type Curve = "Ed25519" | "X25519";

const MOST_PUBLIC_KEYS = 8192;

// Importing a key costs more than using it, so key objects are kept. Private ones hang on the very array that holds the
// key (a WeakMap: gone when it is), never on a string made of its bytes; public ones live in a bounded map.
const privateKeys: Record<Curve, WeakMap<Uint8Array, KeyObject>> = { Ed25519: new WeakMap(), X25519: new WeakMap() };
const publicKeys: Record<Curve, Map<string, KeyObject>> = { Ed25519: new Map(), X25519: new Map() };

/** The key object of a 32-byte private key. Importing by JWK is several times faster than by DER. */
export function privateKeyObject(curve: Curve, privateKey: Uint8Array): KeyObject {
  const known = privateKeys[curve].get(privateKey);
  if (known !== undefined) return known;
  const d = base64url(privateKey);
  // Node insists on an `x` in the JWK and then derives the public key from `d`; the value does not matter.
  const made = createPrivateKey({ key: { kty: "OKP", crv: curve, d, x: d }, format: "jwk" });
  privateKeys[curve].set(privateKey, made);
  return made;
}

/** The key object of a 32-byte public key, or null when the library does not take it. */
export function publicKeyObject(curve: Curve, publicKey: Uint8Array): KeyObject | null {
  const x = base64url(publicKey);
  const cache = publicKeys[curve];
  const known = cache.get(x);
  if (known !== undefined) return known;
  try {
    const made = createPublicKey({ key: { kty: "OKP", crv: curve, x }, format: "jwk" });
    if (cache.size >= MOST_PUBLIC_KEYS) cache.delete(cache.keys().next().value!);
    cache.set(x, made);
    return made;
  } catch {
    return null;
  }
}

/** The public key of a private one. */
export function publicBytes(curve: Curve, privateKey: Uint8Array): Uint8Array {
  const { x } = createPublicKey(privateKeyObject(curve, privateKey)).export({ format: "jwk" });
  return new Uint8Array(Buffer.from(x!, "base64url"));
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64url");
}
