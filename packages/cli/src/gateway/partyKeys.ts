import { hkdfSync } from "node:crypto";
import type { Party } from "./party.js";

/** What a key is for. A key that is stolen at one door opens no other, and nothing of another party. */
export type PartyKeyUse = "mac" | "sealed" | "github" | "token" | "hear-encrypt" | "hear-mac";

/**
 * One of a party's keys: 32 bytes, by HKDF-SHA256 (RFC 5869) from its secret, its id and the key's use.
 *
 * RULE: gateway.own-keys: no key of a party is good for another party, another door or another direction (attack A133).
 */
export function partyKeyOf({ id, secret }: Pick<Party, "id" | "secret">, use: PartyKeyUse): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, id, `conclave/gateway/${use}/v1`, 32));
}
