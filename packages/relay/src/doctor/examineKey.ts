import { nodeCrypto } from "@conclave/crypto/node";
import { statSync } from "node:fs";
import { dirname } from "node:path";
import { readRelaySeed } from "../server/relayKey.js";

/** What a relay's key file is. */
export interface KeyFacts {
  /** `missing`, `unreadable` by this user, or `not_a_key`; null where it is a key. */
  readonly fault: "missing" | "unreadable" | "not_a_key" | null;
  /** Permission bits, such as 0o600. */
  readonly mode: number;
  /** Whether the key, and its folder, belong to one user. */
  readonly hasFoldersOwner: boolean;
  readonly publicKey: Uint8Array | null;
}

/** Looks at a relay's key file. Nothing of the key leaves this function but its public half. */
export function examineKey(path: string): KeyFacts {
  const file = statSync(path, { throwIfNoEntry: false });
  if (file === undefined) return { fault: "missing", mode: 0, hasFoldersOwner: true, publicKey: null };
  const facts = { mode: file.mode & 0o777, hasFoldersOwner: file.uid === statSync(dirname(path)).uid };
  try {
    return { ...facts, fault: null, publicKey: nodeCrypto.ed25519PublicKey(readRelaySeed(path)) };
  } catch (error) {
    const isUnreadable = error instanceof Error && "syscall" in error;
    return { ...facts, fault: isUnreadable ? "unreadable" : "not_a_key", publicKey: null };
  }
}
