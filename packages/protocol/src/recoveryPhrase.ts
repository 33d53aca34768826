import { entropyToMnemonic, mnemonicToEntropy, validateMnemonic } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";

/** The 24 words (BIP-39, English) that are a person's 32-byte identity seed. @throws for a seed of another length. */
export function recoveryPhraseOf(identitySeed: Uint8Array): string {
  if (identitySeed.length !== 32) throw new RangeError("an identity seed has 32 bytes");
  return entropyToMnemonic(identitySeed, wordlist);
}

/** The seed of a phrase as a person typed it (case and spacing do not matter); null when a word or the checksum is wrong. */
export function seedOfRecoveryPhrase(phrase: string): Uint8Array | null {
  const normal = phrase.normalize("NFKD").trim().toLowerCase().split(/\s+/u).join(" ");
  if (!validateMnemonic(normal, wordlist)) return null;
  const seed = mnemonicToEntropy(normal, wordlist);
  return seed.length === 32 ? seed : null;
}
