import type { Crypto, SignatureCheck } from "./crypto.js";

/**
 * The signatures that `ask` has verified. Nothing is verified here: every answer is yes, and means nothing, so whatever
 * `ask` makes of it is thrown away. For {@link Crypto.verifyAhead}.
 */
export function noteSignatures(crypto: Crypto, ask: (noting: Crypto) => void): SignatureCheck[] {
  const noted: SignatureCheck[] = [];
  ask({
    ...crypto,
    ed25519Verify(publicKey, message, signature) {
      // The message may lie in a buffer that is used again for the next.
      noted.push({ publicKey, message: message.slice(), signature });
      return true;
    },
  });
  return noted;
}
