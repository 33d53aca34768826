import { compareBytes } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { labelledHash } from "../encoding/digest.js";
import type { PersonId, RoomId } from "../encoding/ids.js";
import { wordOf } from "./recoveryPhrase.js";

/** A person's fingerprint in the two forms that people compare. */
export interface Fingerprint {
  /** 60 digits, twelve groups of five with blanks between. */
  readonly digits: string;
  /** Twelve words, blanks between. */
  readonly words: string;
}

/** The fingerprint of a person: the same in every room and on every device (docs/protocol.md §3). */
export function personFingerprint(crypto: Crypto, person: PersonId): Fingerprint {
  const digest = labelledHash(crypto, "conclave/fingerprint/person/v1", person);
  return { digits: digitsOf(crypto, digest), words: wordsOf(digest, 12) };
}

/** A short tag of a person, two words, for telling look-alike names apart. Not enough to verify anybody by. */
export function personTag(crypto: Crypto, person: PersonId): string {
  return wordsOf(labelledHash(crypto, "conclave/fingerprint/person/v1", person), 2);
}

/** The room code: 60 digits that all members can read aloud at one moment; equal means same roster and same keys. */
export function roomCode(
  crypto: Crypto,
  roomId: RoomId,
  rosterHead: Uint8Array,
  epochAuthenticator: Uint8Array,
): string {
  return digitsOf(crypto, labelledHash(crypto, "conclave/room-code/v1", roomId, rosterHead, epochAuthenticator));
}

/** The people code: 60 digits that change only when people or policy change. */
export function peopleCode(crypto: Crypto, persons: readonly PersonId[], policyHash: Uint8Array): string {
  const sorted = [...persons].sort(compareBytes);
  return digitsOf(crypto, labelledHash(crypto, "conclave/people-code/v1", policyHash, ...sorted));
}

// 60 bytes, five for each group of five digits: what is left over of 2^40 favours no group noticeably.
function digitsOf(crypto: Crypto, digest: Uint8Array): string {
  const bytes = crypto.hkdfExpand("sha256", digest, new Uint8Array(0), 60);
  const groups: string[] = [];
  for (let at = 0; at < 60; at += 5) {
    let value = 0;
    for (const byte of bytes.subarray(at, at + 5)) value = value * 256 + byte;
    groups.push(String(value % 100_000).padStart(5, "0"));
  }
  return groups.join(" ");
}

// Eleven bits a word, from the front.
function wordsOf(digest: Uint8Array, count: number): string {
  const words: string[] = [];
  for (let word = 0; word < count; word++) {
    let value = 0;
    for (let bit = word * 11; bit < word * 11 + 11; bit++)
      value = value * 2 + ((digest[bit >> 3]! >> (7 - (bit & 7))) & 1);
    words.push(wordOf(value));
  }
  return words.join(" ");
}
