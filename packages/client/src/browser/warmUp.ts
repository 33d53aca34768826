import { webCrypto } from "@conclave/crypto/web";

/** Computes ahead what the first key and the first signatures need. Takes some 50 ms: for a worker that waits for a person. */
export function warmUp(): void {
  webCrypto.ed25519PublicKey(new Uint8Array(32));
  void webCrypto.verifyAhead?.([]);
}
