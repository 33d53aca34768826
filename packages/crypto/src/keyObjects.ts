import type { KeyObject } from "node:crypto";
import {
  base64url,
  chosenImport,
  type Curve,
  KeyImportError,
  privateKeyImports,
  publicKeyImports,
  publicPart,
} from "./keyImport.js";

const importPrivate = chosenImport("private", privateKeyImports);
const importPublic = chosenImport("public", publicKeyImports);

const MOST_PUBLIC_KEYS = 8192;

// Importing a key costs more than using it, so key objects are kept. Private ones hang on the very array that holds the
// key (a WeakMap: gone when it is), never on a string made of its bytes; public ones live in a bounded map.
const privateKeys: Record<Curve, WeakMap<Uint8Array, KeyObject>> = { Ed25519: new WeakMap(), X25519: new WeakMap() };
const publicKeys: Record<Curve, Map<string, KeyObject>> = { Ed25519: new Map(), X25519: new Map() };

/** The key object of a 32-byte private key. @throws KeyImportError where this Node takes no such keys */
export function privateKeyObject(curve: Curve, privateKey: Uint8Array): KeyObject {
  const known = privateKeys[curve].get(privateKey);
  if (known !== undefined) return known;
  const made = importPrivate(curve, privateKey);
  privateKeys[curve].set(privateKey, made);
  return made;
}

/**
 * The key object of a 32-byte public key, or null when the library does not take it.
 * @throws KeyImportError where this Node takes no such keys: that is nothing about this one.
 */
export function publicKeyObject(curve: Curve, publicKey: Uint8Array): KeyObject | null {
  const name = base64url(publicKey);
  const cache = publicKeys[curve];
  const known = cache.get(name);
  if (known !== undefined) return known;
  try {
    const made = importPublic(curve, publicKey);
    if (cache.size >= MOST_PUBLIC_KEYS) cache.delete(cache.keys().next().value!);
    cache.set(name, made);
    return made;
  } catch (error) {
    if (error instanceof KeyImportError) throw error;
    return null;
  }
}

/** The public key of a private one. */
export function publicBytes(curve: Curve, privateKey: Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.from(publicPart(privateKeyObject(curve, privateKey)), "base64url"));
}
