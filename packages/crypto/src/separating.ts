// Signatures that the known ways to verify Ed25519 judge differently. Keys: a multiple of the base point, and that plus a
// point of order 8; so are the R.
const KEY = "1f81935ab2d720ddacb1c2109edfcc7054a9de38cb90fedb7b12e408dcc56380";
const MIXED_KEY = "52062241815ce98739bae4ad5e6356bed308a86a8a142bf7f4b116f456b42d5d";
const R = "9ecd0b29f81aed7390b970037fe519bfc194dd2fbb1d740ca7b83635f518f7bc";
const MIXED_R = "889927630cd2a717befc012cba0b25313f6c9ce08bfa97440b3b461d4f5be85d";
const S = "5bc84776b619d60fd36ef573cbe4e55175057196311ef18bf48dc9bcb113ef00";

/** Key, the message's only byte, R and S. The first one holds, and no other may. */
export const SEPARATING: readonly (readonly [key: string, message: number, r: string, s: string])[] = [
  [KEY, 1, R, S],
  // Another message.
  [KEY, 2, R, S],
  // S plus the order: holds where S is not compared with it.
  [KEY, 1, R, "489c3dd3d07ce867a90bed16aadec46675057196311ef18bf48dc9bcb113ef10"],
  // These two hold where the equation is multiplied by the cofactor.
  [KEY, 1, MIXED_R, "bb3fe39c1c86458b1d463986730406da8d66ff37efecc455db47b4d772da0001"],
  [MIXED_KEY, 0, R, "bc13984575143f3c84941455def34ac046de855bd530a15c68bd35ae28d06206"],
  // Holds where the hash multiplies the key unreduced.
  [MIXED_KEY, 24, R, "ee34d22c977b29b8886adbf815fba18510834fa075d36091fb704f8efea8a009"],
];

/** The separating signatures as a verifier is asked for them, and the answer of our own rule (`crypto.one-verdict`). */
export const SEPARATING_CHECKS = SEPARATING.map(([key, message, r, s], at) => ({
  publicKey: fromHex(key),
  message: Uint8Array.of(message),
  signature: fromHex(r + s),
  holds: at === 0,
}));

// The points with several encodings have a y of 0, 1 or p - 1, or one written as p or more (RFC 8032 §5.1.3).
/** Whether a point of 32 bytes can be written in one way only: where it cannot, verifiers differ. */
export function hasOneEncoding(point: Uint8Array): boolean {
  const low = point[0]!;
  const high = point[31]! & 0x7f;
  const middle = point.subarray(1, 31);
  if (high === 0 && low <= 1) return middle.some((byte) => byte !== 0);
  if (high === 0x7f && low >= 0xec) return middle.some((byte) => byte !== 0xff);
  return true;
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../gu)!, (byte) => Number.parseInt(byte, 16));
}
