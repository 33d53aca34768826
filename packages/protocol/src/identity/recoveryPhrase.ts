import { entropyToMnemonic, mnemonicToEntropy, validateMnemonic } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";

/** The 24 words (BIP-39, English) of an identity seed of 32 bytes. Whoever has them is the person. */
export function recoveryPhrase(identitySeed: Uint8Array): string {
  if (identitySeed.length !== 32) throw new RangeError("an identity seed has 32 bytes");
  return entropyToMnemonic(identitySeed, wordlist);
}

/** The identity seed of 24 words, or null when a word is unknown or the checksum is wrong. Case and spacing are free. */
export function seedOfPhrase(phrase: string): Uint8Array | null {
  const words = phrase.toLowerCase().trim().split(/\s+/u);
  const text = words.join(" ");
  if (words.length !== 24 || !validateMnemonic(text, wordlist)) return null;
  return mnemonicToEntropy(text, wordlist);
}

/** The word of the list with this number (0 to 2047). */
export function wordOf(number: number): string {
  return wordlist[number]!;
}

/** Whether a word (lower case) is one of the list's: tells a slip of the pen before all 24 are there. */
export function isRecoveryWord(word: string): boolean {
  return wordlist.includes(word);
}
