import { list, u16, type Of } from "@conclave/codec";
import { id32 } from "./field.js";
import { frame } from "./frameCodec.js";
import { limits } from "./limits.js";

/** The protocol versions this package speaks, best first. Versions before 4 hashed records in another way. */
export const VERSIONS: readonly number[] = [4];

/** The first frame of a connection. Requests may follow in the same message when they need no proof. */
export type Hello = Of<typeof hello>;
export const hello = frame("hello", 1, {
  /** What the client speaks, best first; at most 16. */
  versions: list(u16, 16),
});

/** The relay's answer to `hello`: always its first frame. */
export type RelayWelcome = Of<typeof welcome>;
export const welcome = frame("welcome", 128, {
  version: u16,
  /** 32 fresh random bytes: every proof on this connection is bound to them. */
  challenge: id32,
  /** The relay's Ed25519 public key. The room's charter, not this field, says which key a client trusts for receipts. */
  relayKey: id32,
  limits,
});

/** The version to speak: the first of ours that the other side offers, or null. */
export function chooseVersion(offered: readonly number[]): number | null {
  return VERSIONS.find((version) => offered.includes(version)) ?? null;
}
