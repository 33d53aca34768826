import type { SignatureCheck } from "./crypto.js";
import { type HeldSignatures, MOST_HELD } from "./heldSignatures.js";

/** What of WebCrypto's `SubtleCrypto` is used here. */
export interface PlatformVerifier {
  importKey(
    format: "raw",
    key: Uint8Array<ArrayBuffer>,
    algorithm: "Ed25519",
    extractable: boolean,
    usages: ["verify"],
  ): Promise<unknown>;
  verify(
    algorithm: "Ed25519",
    key: unknown,
    signature: Uint8Array<ArrayBuffer>,
    message: Uint8Array<ArrayBuffer>,
  ): Promise<boolean>;
}

/**
 * Checks signatures by the platform's own Ed25519, many at once and some ten times quicker than in TypeScript, and
 * remembers those that hold. It refuses nothing: whatever it does not remember, `ed25519Verify` decides by itself.
 *
 * RULE: crypto.ahead-verdict: the platform's yes counts only where our own rule says yes too (`crypto.one-verdict`): of a
 * platform that refused everything which tells other rules from ours, and where neither point has several encodings.
 */
export function verifyAhead(
  held: HeldSignatures,
  platform: PlatformVerifier | undefined,
): (checks: readonly SignatureCheck[]) => Promise<void> {
  let trusted: Promise<boolean> | null = null;
  return async (checks) => {
    if (!platform) return;
    trusted ??= isOurRule(platform);
    if (!(await trusted)) return;
    const keys = new Map<string, Promise<unknown>>();
    const names = new Set<string>();
    const holds = async (name: string, { publicKey, message, signature }: SignatureCheck): Promise<void> => {
      const id = String.fromCharCode(...publicKey);
      const key = keys.get(id) ?? keyOf(platform, publicKey);
      keys.set(id, key);
      if (await isYes(platform, key, message, signature)) held.add(name);
    };
    const asked: Promise<void>[] = [];
    // More would push out the first, and whoever sends a newcomer more does not mean well.
    for (const check of checks.slice(0, MOST_HELD)) {
      const name = held.name(check);
      if (name === null || names.has(name) || held.has(name)) continue;
      if (!hasOneEncoding(check.publicKey) || !hasOneEncoding(check.signature.subarray(0, 32))) continue;
      names.add(name);
      asked.push(holds(name, check));
    }
    await Promise.all(asked);
  };
}

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

async function isOurRule(platform: PlatformVerifier): Promise<boolean> {
  const answers = await Promise.all(
    SEPARATING.map(([key, message, r, s]) =>
      isYes(platform, keyOf(platform, fromHex(key)), Uint8Array.of(message), fromHex(r + s)),
    ),
  );
  return answers.every((answer, at) => answer === (at === 0));
}

async function keyOf(platform: PlatformVerifier, publicKey: Uint8Array): Promise<unknown> {
  return platform.importKey("raw", publicKey as Uint8Array<ArrayBuffer>, "Ed25519", false, ["verify"]);
}

/** Browsers without Ed25519, and keys that are no points, reject: that is no yes. */
async function isYes(
  platform: PlatformVerifier,
  key: Promise<unknown>,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  // Copied before anything is awaited: who asked may use the bytes again.
  const [signed, data] = [signature.slice(), message.slice()];
  try {
    return await platform.verify("Ed25519", await key, signed, data);
  } catch {
    return false;
  }
}

// The points with several encodings have a y of 0, 1 or p - 1, or one written as p or more (RFC 8032 §5.1.3).
function hasOneEncoding(point: Uint8Array): boolean {
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
