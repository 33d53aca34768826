import type { HashName, Info } from "./crypto.js";

type Hmac = (name: HashName, key: Uint8Array, ...parts: readonly Uint8Array[]) => Uint8Array;

/** Output length of a hash, in bytes. */
export const hashLength: Record<HashName, number> = { sha256: 32, sha384: 48, sha512: 64 };

const FIRST = Uint8Array.of(1);

/** The parts of an info. */
export const partsOf = (info: Info): readonly Uint8Array[] => (info instanceof Uint8Array ? [info] : info);

/** HKDF-Extract (RFC 5869 §2.2). An empty salt is a string of zeros, which HMAC makes of it by itself. */
export function hkdfExtract(hmac: Hmac, name: HashName, salt: Uint8Array, ...ikm: readonly Uint8Array[]): Uint8Array {
  return hmac(name, salt, ...ikm);
}

/** HKDF-Expand (RFC 5869 §2.3). @throws RangeError when `length` exceeds 255 hash lengths. */
export function hkdfExpand(hmac: Hmac, name: HashName, prk: Uint8Array, info: Info, length: number): Uint8Array {
  const size = hashLength[name];
  if (length > 255 * size) throw new RangeError("HKDF-Expand: too long");
  const parts = partsOf(info);
  if (length <= size) {
    // One block, which is nearly every call that MLS makes.
    const block = hmac(name, prk, ...parts, FIRST);
    return length === size ? block : block.slice(0, length);
  }
  const output = new Uint8Array(length);
  let previous: Uint8Array = new Uint8Array(0);
  for (let done = 0, counter = 1; done < length; done += size, counter++) {
    previous = hmac(name, prk, previous, ...parts, Uint8Array.of(counter));
    output.set(previous.subarray(0, Math.min(size, length - done)), done);
  }
  return output;
}
