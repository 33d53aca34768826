import { decode, type Reader } from "@conclave/codec";

/** Decodes an own stored record. @throws Error naming what is damaged: the home cannot be used. */
export function stored<T>(bytes: Uint8Array, what: string, read: (reader: Reader) => T): T {
  const decoded = decode(bytes, read);
  if (!decoded.ok) throw new Error(`the stored ${what} record is damaged`, { cause: decoded.error });
  return decoded.value;
}
