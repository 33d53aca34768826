import { PersonId } from "@conclave/client/pure";
import { fromHex, toHex } from "@conclave/codec";

const FORM = /^conclave:person:([0-9a-f]{64})$/iu;

/** What a person's QR code says: their identity key, whole. Nothing of it is secret. */
export function personCode(person: PersonId): string {
  // Digits and capital letters make a QR code with fewer, larger squares.
  return `CONCLAVE:PERSON:${toHex(person).toUpperCase()}`;
}

/** Whom a scanned code names; null when it is something else. */
export function readPersonCode(text: string): PersonId | null {
  const hex = FORM.exec(text.trim())?.[1];
  return hex === undefined ? null : PersonId.of(fromHex(hex.toLowerCase()));
}
