import type { Crypto, Random } from "@conclave/crypto";

/** What the protocol needs from outside: primitives and randomness. Time is an argument of each call that needs it. */
export interface Provider {
  readonly crypto: Crypto;
  readonly random: Random;
}

export type { Delta } from "@conclave/mls";
