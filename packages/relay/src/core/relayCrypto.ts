import type { Crypto } from "@conclave/crypto";

/** The primitives the relay uses. */
export type RelayCrypto = Pick<Crypto, "hash" | "ed25519Sign" | "ed25519Verify" | "ed25519PublicKey">;
