import type { Crypto, Random } from "@conclave/crypto";
import type { Credential } from "./leafNode.js";
import type { PreSharedKeyId } from "./preSharedKey.js";

/** Who somebody claims to be, and the signature key that goes with it. */
export interface LeafIdentity {
  readonly credential: Credential;
  readonly signatureKey: Uint8Array;
}

/** What the engine needs from the application. */
export interface Engine {
  readonly crypto: Crypto;
  readonly random: Random;
  /**
   * The application's verdict on a credential (RFC 9420 §5.3.1): asked for every leaf that is new or whose credential or
   * signature key changed, for each leaf of a tree that is joined, and for external senders. `before` is the leaf that is
   * replaced, where the new one claims to be its successor; null otherwise. There is no default, on purpose.
   */
  validateCredential(leaf: LeafIdentity, groupId: Uint8Array, before: LeafIdentity | null): boolean;
  /** The longest lifetime of a key package's leaf that is taken, in seconds (RFC 9420 §7.2). None: any is. */
  readonly longestLifetime?: bigint;
  /** Secrets of pre-shared keys that the engine does not know itself: external ones, and those of other groups. */
  psk?(id: PreSharedKeyId): Uint8Array | null;
}

/** State as records: one delta is stored in one transaction. Keys are short strings; a put replaces what was there. */
export interface Delta {
  readonly put: readonly (readonly [key: string, value: Uint8Array])[];
  readonly delete: readonly string[];
}

/** Epochs before the current one whose application messages can still be read. */
export const PAST_EPOCHS = 2;
