import { toHex } from "@conclave/codec";
import type { Crypto, KeyPair } from "@conclave/crypto";
import { nodeCrypto } from "@conclave/crypto/node";

const MOST = 20_000;

/**
 * The real primitives, which remember what they answered: in a test with many members in one process, each verifies the
 * same signatures and derives the same keys. Only functions whose answer depends on their arguments alone are remembered.
 */
export function rememberingCrypto(): Crypto {
  const verdicts = new Map<string, boolean>();
  const pairs = new Map<string, KeyPair>();
  return {
    ...nodeCrypto,
    ed25519Verify(publicKey, message, signature) {
      const digest = nodeCrypto.hash("sha256", message);
      const name = `${toHex(publicKey)}/${toHex(digest)}/${toHex(signature)}`;
      return remembered(verdicts, name, () => nodeCrypto.ed25519Verify(publicKey, message, signature));
    },
    kemDeriveKeyPair(kem, ikm) {
      return remembered(pairs, `${kem}/${toHex(ikm)}`, () => nodeCrypto.kemDeriveKeyPair(kem, ikm));
    },
  };
}

function remembered<T>(memory: Map<string, T>, name: string, compute: () => T): T {
  const known = memory.get(name);
  if (known !== undefined) return known;
  const value = compute();
  if (memory.size >= MOST) memory.clear();
  memory.set(name, value);
  return value;
}
