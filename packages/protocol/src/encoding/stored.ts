import { decode, type Reader } from "@conclave/codec";

/** Decodes an own stored record. @throws TypeError when it is damaged: the store is broken, not the network. */
export function stored<T>(what: string, bytes: Uint8Array | undefined, read: (reader: Reader) => T): T {
  if (bytes === undefined) throw new TypeError(`the stored ${what} is missing`);
  const decoded = decode(bytes, read);
  if (!decoded.ok) throw new TypeError(`the stored ${what} is damaged`, { cause: decoded.error });
  return decoded.value;
}
