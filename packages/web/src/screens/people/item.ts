import { toHex } from "@conclave/codec";

/** A person in an address. */
export function itemOf(person: Uint8Array): string {
  return toHex(person);
}
