// An entry of its own, so that the WebAssembly comes only to those who use a passphrase.
import { argon2id } from "hash-wasm";

/** Costs of argon2id (RFC 9106): memory in KiB, passes over it, lanes. */
export interface ArgonCosts {
  readonly memory: number;
  readonly passes: number;
  readonly lanes: number;
}

/**
 * 32 bytes of argon2id (RFC 9106) from a passphrase's bytes and a salt of at least 8. Blocks the thread until it is done; look at
 * costs that others may have written before you call it. Rejects when costs or salt are none of argon2id's.
 */
export function stretch(password: Uint8Array, salt: Uint8Array, costs: ArgonCosts): Promise<Uint8Array> {
  const { memory, passes, lanes } = costs;
  const given = { password, salt, iterations: passes, memorySize: memory, parallelism: lanes, hashLength: 32 };
  return argon2id({ ...given, outputType: "binary" });
}
