import type { PersonId } from "@conclave/client/pure";
import { toHex } from "@conclave/codec";

/** A person in an address. */
export function itemOf(person: PersonId): string {
  return toHex(person);
}
