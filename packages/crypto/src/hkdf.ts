import type { HashName } from "./crypto.js";

type Hmac = (name: HashName, key: Uint8Array, data: Uint8Array) => Uint8Array;

/** Output length of a hash, in bytes. */
export const hashLength: Record<HashName, number> = { sha256: 32, sha384: 48, sha512: 64 };

/** HKDF-Extract (RFC 5869 §2.2). An empty salt is a string of zeros, which HMAC makes of it by itself. */
export function hkdfExtract(hmac: Hmac, name: HashName, salt: Uint8Array, ikm: Uint8Array): Uint8Array {
  return hmac(name, salt, ikm);
}

/** HKDF-Expand (RFC 5869 §2.3). @throws RangeError when `length` exceeds 255 hash lengths. */
export function hkdfExpand(hmac: Hmac, name: HashName, prk: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  const size = hashLength[name];
  if (length > 255 * size) throw new RangeError("HKDF-Expand: too long");
  if (length <= size) {
    // One block, which is nearly every call that MLS makes.
    const input = new Uint8Array(info.length + 1);
    input.set(info);
    input[info.length] = 1;
    const block = hmac(name, prk, input);
    return length === size ? block : block.slice(0, length);
  }
  const output = new Uint8Array(length);
  let previous = new Uint8Array(0);
  for (let done = 0, counter = 1; done < length; done += size, counter++) {
    const input = new Uint8Array(previous.length + info.length + 1);
    input.set(previous);
    input.set(info, previous.length);
    input[input.length - 1] = counter;
    previous = new Uint8Array(hmac(name, prk, input));
    output.set(previous.subarray(0, Math.min(size, length - done)), done);
  }
  return output;
}
