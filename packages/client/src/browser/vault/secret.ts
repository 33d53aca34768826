import { equalBytes, utf8Bytes } from "@conclave/codec";
import type { ArgonCosts } from "@conclave/crypto/argon2";
import { MAX_CREDENTIAL_ID, type SlotLock } from "./slot.js";

/**
 * What opens a home: this browser itself; a passphrase; or a passkey, by its credential id and the 32 bytes that its
 * PRF extension gave (a page asks for them with `createPasskey` and `askPasskey`, a worker cannot).
 */
export type Secret =
  | { readonly kind: "device" }
  | { readonly kind: "passphrase"; readonly passphrase: string }
  | { readonly kind: "passkey"; readonly credentialId: Uint8Array; readonly output: Uint8Array };

/** Second recommendation of RFC 9106 §4 with one lane, because WebAssembly has one thread. */
const COSTS: ArgonCosts = { memory: 64 * 1024, passes: 3, lanes: 1 };
const LONGEST_PASSPHRASE = 1024;
const WRAPPING = { name: "AES-GCM", length: 256 };

/** Whether it can open anything: a passphrase of 1 to 1,024 bytes, a passkey's 32 bytes. */
export function isSecret(secret: Secret): boolean {
  if (secret.kind === "device") return true;
  if (secret.kind === "passkey")
    return isLength(secret.credentialId, 1, MAX_CREDENTIAL_ID) && isLength(secret.output, 32, 32);
  return isLength(passphraseBytes(secret.passphrase), 1, LONGEST_PASSPHRASE);
}

/** A lock for a new slot that this secret opens, with a fresh salt. */
export function newLock(secret: Secret): SlotLock {
  if (secret.kind === "device") return { kind: "device" };
  const salt = crypto.getRandomValues(new Uint8Array(16));
  if (secret.kind === "passphrase") return { kind: "passphrase", salt, costs: COSTS };
  return { kind: "passkey", salt, credentialId: secret.credentialId };
}

/** A key for the device slot. It lives in IndexedDB, and the browser gives its bytes to nobody. */
export function newDeviceKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey(WRAPPING, false, ["wrapKey", "unwrapKey"]);
}

/** Whether the secret is for this lock; not whether it is right. */
export function isPassphraseLong(secret: Secret, lock: SlotLock): boolean {
  if (secret.kind === "passkey" && lock.kind === "passkey") return equalBytes(secret.credentialId, lock.credentialId);
  return secret.kind === lock.kind;
}

/** The key that wraps and unwraps a slot with this lock. Null when the device slot's key is gone. */
export async function wrappingKey(
  secret: Secret,
  lock: SlotLock,
  deviceKey: CryptoKey | null,
): Promise<CryptoKey | null> {
  if (secret.kind === "passphrase" && lock.kind === "passphrase") {
    const { stretch } = await import("@conclave/crypto/argon2");
    const stretched = await stretch(passphraseBytes(secret.passphrase), lock.salt, lock.costs);
    const bytes = stretched as Uint8Array<ArrayBuffer>;
    return crypto.subtle.importKey("raw", bytes, WRAPPING, false, ["wrapKey", "unwrapKey"]);
  }
  if (secret.kind === "passkey" && lock.kind === "passkey") {
    const output = secret.output as Uint8Array<ArrayBuffer>;
    const salt = lock.salt as Uint8Array<ArrayBuffer>;
    const info = utf8Bytes("conclave vault passkey 1") as Uint8Array<ArrayBuffer>;
    const base = await crypto.subtle.importKey("raw", output, "HKDF", false, ["deriveKey"]);
    const derivation = { name: "HKDF", hash: "SHA-256", salt, info };
    return crypto.subtle.deriveKey(derivation, base, WRAPPING, false, ["wrapKey", "unwrapKey"]);
  }
  return deviceKey;
}

/** The same letters are the same bytes, whichever keyboard composed them (RFC 8265 §4.2). */
function passphraseBytes(passphrase: string): Uint8Array {
  return utf8Bytes(passphrase.normalize("NFC"));
}

function isLength({ length }: Uint8Array, least: number, most: number): boolean {
  return length >= least && length <= most;
}
