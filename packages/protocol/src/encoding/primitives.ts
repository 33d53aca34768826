import type { Crypto, Random } from "@conclave/crypto";

/** What the protocol needs from outside: primitives and randomness. Time is an argument of each call that needs it. */
export interface Provider {
  readonly crypto: Crypto;
  readonly random: Random;
}

/** State as records: one delta is stored in one transaction, before anything that it belongs to is sent or shown. */
export interface Delta {
  readonly put: readonly (readonly [key: string, value: Uint8Array])[];
  readonly delete: readonly string[];
}
