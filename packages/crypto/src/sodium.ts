import type sodiumModule from "libsodium-wrappers";
import { constantTimeEqual } from "./bytes.js";
import type { MlKem } from "./mlKem.js";
import { noble } from "./noble.js";
import type { CryptoProvider } from "./provider.js";
import { hasOneEncoding, SEPARATING_CHECKS } from "./separating.js";

/** The library. */
export type Sodium = typeof sodiumModule;

/** A {@link Crypto.quicken} that gives libsodium to `use` once. What could not be fetched, the next call fetches again. */
export function quickener(use: (loaded: CryptoProvider) => void, load = loadSodium): () => Promise<void> {
  let loading: Promise<void> | null = null;
  return () =>
    (loading ??= load().then(
      (loaded) => {
        if (loaded) use(loaded);
      },
      () => {
        loading = null;
      },
    ));
}

/**
 * The provider on libsodium in WebAssembly; null where that does not run, or does not compute what noble computes.
 *
 * @param fetched Gives the library, which is loaded with this call and not before. @throws what it throws.
 */
export async function loadSodium(fetched: () => Promise<Sodium> = fromPackage): Promise<CryptoProvider | null> {
  const sodium = await fetched();
  try {
    await sodium.ready;
    const provider = sodiumProvider(sodium);
    return isAlike(provider, sodium) ? provider : null;
  } catch {
    return null;
  }
}

async function fromPackage(): Promise<Sodium> {
  return (await import("libsodium-wrappers")).default;
}

function sodiumProvider(sodium: Sodium): CryptoProvider {
  // libsodium signs with seed and public key together. They hang on the very array that holds the seed, and go with it.
  const signingKeys = new WeakMap<Uint8Array, Uint8Array>();
  const signingKey = (seed: Uint8Array) => {
    const known = signingKeys.get(seed);
    if (known) return known;
    const { privateKey } = sodium.crypto_sign_seed_keypair(seed);
    signingKeys.set(seed, privateKey);
    return privateKey;
  };
  return {
    name: "libsodium",
    mlKem: sodiumMlKem(sodium),
    x25519PublicKey: (privateKey) => sodium.crypto_scalarmult_base(privateKey),
    x25519: (privateKey, publicKey) => orNull(() => sodium.crypto_scalarmult(privateKey, publicKey)),
    ed25519PublicKey: (seed) => signingKey(seed).slice(32),
    ed25519Sign: (seed, message) => sodium.crypto_sign_detached(message, signingKey(seed)),
    // RULE: crypto.sodium-verdict: its yes counts where no point has several encodings; every no is decided by our own rule
    // (`crypto.one-verdict`): it refuses some that others take.
    ed25519Verify: (publicKey, message, signature) =>
      (hasOneEncoding(publicKey) &&
        hasOneEncoding(signature.subarray(0, 32)) &&
        holds(sodium, publicKey, message, signature)) ||
      noble.ed25519Verify(publicKey, message, signature),
    chachaSeal: (key, nonce, aad, plaintext) =>
      sodium.crypto_aead_chacha20poly1305_ietf_encrypt(plaintext, aad, null, nonce, key),
    chachaOpen: (key, nonce, aad, sealed) =>
      orNull(() => sodium.crypto_aead_chacha20poly1305_ietf_decrypt(null, sealed, aad, nonce, key)),
  };
}

function sodiumMlKem(sodium: Sodium): MlKem {
  return {
    keyPair: (seed) => sodium.crypto_kem_mlkem768_seed_keypair(seed),
    encapsulate: (publicKey, randomness) =>
      orNull(() => sodium.crypto_kem_mlkem768_enc_deterministic(publicKey, randomness)),
    decapsulate: (ciphertext, privateKey) => sodium.crypto_kem_mlkem768_dec(ciphertext, privateKey),
  };
}

function holds(sodium: Sodium, publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return orNull(() => sodium.crypto_sign_verify_detached(signature, message, publicKey)) ?? false;
}

/** libsodium throws where it refuses. */
function orNull<T>(compute: () => T): T | null {
  try {
    return compute();
  } catch {
    return null;
  }
}

/** RULE: crypto.provider-alike: a provider is used only after it gave noble's bytes, and our verdicts, for these. */
function isAlike(provider: CryptoProvider, sodium: Sodium): boolean {
  const seed = Uint8Array.from({ length: 64 }, (_, at) => at);
  const [key, nonce, text] = [seed.subarray(0, 32), seed.subarray(0, 12), seed.subarray(7)];
  const of = ({ mlKem, ...one }: CryptoProvider) => {
    const kem = mlKem.keyPair(seed);
    const sent = mlKem.encapsulate(kem.publicKey, key)!;
    return [
      one.x25519PublicKey(key),
      one.x25519(key, one.x25519PublicKey(text.subarray(0, 32))),
      one.x25519(key, new Uint8Array(32)),
      one.ed25519PublicKey(key),
      one.ed25519Sign(key, text),
      one.chachaSeal(key, nonce, text, seed),
      one.chachaOpen(key, nonce, text, one.chachaSeal(key, nonce, text, seed)),
      one.chachaOpen(key, nonce, text, seed),
      ...[kem.publicKey, kem.privateKey, sent.ciphertext, sent.sharedSecret],
      mlKem.decapsulate(sent.ciphertext, kem.privateKey),
      mlKem.decapsulate(
        sent.ciphertext.map((byte) => byte ^ 1),
        kem.privateKey,
      ),
      mlKem.encapsulate(new Uint8Array(1184).fill(0xff), key)?.sharedSecret ?? null,
    ];
  };
  const [theirs, ours] = [of(provider), of(noble)];
  return (
    ours.every((bytes, at) =>
      bytes === null ? theirs[at] === null : theirs[at] && constantTimeEqual(bytes, theirs[at]),
    ) && SEPARATING_CHECKS.every((each) => holds(sodium, each.publicKey, each.message, each.signature) === each.holds)
  );
}
