// A module of its own, so that the WebAssembly comes only to those who use a passphrase.
import { argon2id } from "hash-wasm";
import type { ArgonCosts } from "./slot.js";

/** argon2id (RFC 9106), 32 bytes. Blocks the thread until it is done. */
export function stretch(password: Uint8Array, salt: Uint8Array, costs: ArgonCosts): Promise<Uint8Array> {
  const { memory, passes, lanes } = costs;
  const given = { password, salt, iterations: passes, memorySize: memory, parallelism: lanes, hashLength: 32 };
  return argon2id({ ...given, outputType: "binary" });
}
