import type { SignatureCheck } from "./crypto.js";
import { type HeldSignatures, MOST_HELD } from "./heldSignatures.js";
import { hasOneEncoding, SEPARATING_CHECKS } from "./separating.js";

/**
 * What of WebCrypto's `SubtleCrypto` is used here. Where `importKey` gives the key itself, and no promise of it, `verify` is
 * called at once. Null: no key.
 */
export interface PlatformVerifier {
  importKey(
    format: "raw",
    key: Uint8Array<ArrayBuffer>,
    algorithm: "Ed25519",
    extractable: boolean,
    usages: ["verify"],
  ): unknown;
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
    const keys = new Map<string, unknown>();
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

async function isOurRule(platform: PlatformVerifier): Promise<boolean> {
  const answers = await Promise.all(
    SEPARATING_CHECKS.map(({ publicKey, message, signature }) =>
      isYes(platform, keyOf(platform, publicKey), message, signature),
    ),
  );
  return answers.every((answer, at) => answer === SEPARATING_CHECKS[at]!.holds);
}

function keyOf(platform: PlatformVerifier, publicKey: Uint8Array): unknown {
  try {
    return platform.importKey("raw", publicKey as Uint8Array<ArrayBuffer>, "Ed25519", false, ["verify"]);
  } catch {
    return null;
  }
}

/** Browsers without Ed25519, and keys that are no points, reject: that is no yes. */
async function isYes(
  platform: PlatformVerifier,
  key: unknown,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  // Copied before anything is awaited: who asked may use the bytes again.
  const [signed, data] = [signature.slice(), message.slice()];
  try {
    // Without a wait where the key is there: the platform's threads work while the rest is asked about.
    const known = key instanceof Promise ? ((await key) as unknown) : key;
    return known !== null && (await platform.verify("Ed25519", known, signed, data));
  } catch {
    return false;
  }
}
