import { fromHex, toHex } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import * as v from "valibot";

/** Where the signature of a manifest lies, beside it. */
export const SIGNATURE = "conclave-manifest.sig.json";

const HEX = (bytes: number) => v.pipe(v.string(), v.regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`, "u")));
const SCHEMA = v.object({ signer: HEX(32), signature: HEX(64) });

// RULE: web.signature-bound: the label keeps a signature made for anything else from counting as one of a build.
function signedText(build: string): Uint8Array {
  return new TextEncoder().encode(`conclave/web-manifest/v1 ${build}`);
}

/** Signs a build hash. `seed` is an Ed25519 seed, 32 bytes. Gives the text of the signature's file. */
export function signBuild(seed: Uint8Array, build: string): string {
  const signature = toHex(nodeCrypto.ed25519Sign(seed, signedText(build)));
  return `${JSON.stringify({ signer: toHex(nodeCrypto.ed25519PublicKey(seed)), signature })}\n`;
}

/** Whether `text` is a signature of this build by `signer` (64 hexadecimal digits). */
export function isPageSignedBy(signer: string, build: string, text: string): boolean {
  const signed = parse(text);
  if (signed?.signer !== signer) return false;
  return nodeCrypto.ed25519Verify(fromHex(signer), signedText(build), fromHex(signed.signature));
}

function parse(text: string): v.InferOutput<typeof SCHEMA> | null {
  try {
    const parsed = v.safeParse(SCHEMA, JSON.parse(text));
    return parsed.success ? parsed.output : null;
  } catch {
    return null;
  }
}
