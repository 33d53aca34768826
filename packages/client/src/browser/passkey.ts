import { done, failed, type Result, utf8Bytes } from "@conclave/codec";
import type { Secret } from "./vault/secret.js";

/** A secret from a passkey. */
export type PasskeySecret = Secret & { readonly kind: "passkey" };

/** `unsupported`: this browser, this address or this authenticator has no passkeys with PRF. `refused`: the person, or the browser, declined. */
export type PasskeyProblem = "unsupported" | "refused";

/** What the authenticator's own key is applied to. One value for all: each slot salts what comes of it. */
const PRF_INPUT = utf8Bytes("conclave vault passkey 1") as Uint8Array<ArrayBuffer>;

/**
 * Makes a passkey for this origin and asks it for its secret, for a page, at a click. Show that some authenticators
 * want a second touch. The result goes to `Vault.add`, or into an intent.
 * @param label How authenticators list it, such as "Conclave on this server".
 */
export async function createPasskey(label: string): Promise<Result<PasskeySecret, PasskeyProblem>> {
  const user = { id: random(16), name: label, displayName: label };
  const made = await ask(() =>
    navigator.credentials.create({
      publicKey: {
        ...{ rp: { name: "Conclave" }, user, challenge: random(32) },
        pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: "public-key" as const, alg })),
        authenticatorSelection: { residentKey: "preferred", userVerification: "required" },
        extensions: { prf: { eval: { first: PRF_INPUT } } },
      },
    }),
  );
  if (typeof made === "string") return failed(made);
  const { prf } = made.getClientExtensionResults();
  if (prf?.enabled !== true) return failed("unsupported");
  // Many authenticators give the secret only when they are asked again.
  return prf.results ? given(made, prf.results.first) : askPasskey([new Uint8Array(made.rawId)]);
}

/**
 * Asks for the secret of one of the passkeys with these credential ids (those of the slots), for a page, at a click.
 */
export async function askPasskey(credentialIds: readonly Uint8Array[]): Promise<Result<PasskeySecret, PasskeyProblem>> {
  const allowCredentials = credentialIds.map((id) => ({
    type: "public-key" as const,
    id: id as Uint8Array<ArrayBuffer>,
  }));
  const found = await ask(() =>
    navigator.credentials.get({
      publicKey: {
        ...{ challenge: random(32), allowCredentials },
        // RULE: passkey.verified: authenticators keep one secret for verified persons and one for anybody who touches them; only the first will do.
        userVerification: "required",
        extensions: { prf: { eval: { first: PRF_INPUT } } },
      },
    }),
  );
  if (typeof found === "string") return failed(found);
  const { prf } = found.getClientExtensionResults();
  return prf?.results ? given(found, prf.results.first) : failed("unsupported");
}

function given(credential: PublicKeyCredential, output: BufferSource): Result<PasskeySecret, PasskeyProblem> {
  const view = output instanceof ArrayBuffer ? new Uint8Array(output) : bytesOf(output);
  return done({ kind: "passkey", credentialId: new Uint8Array(credential.rawId), output: view.slice() });
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Browsers do not say apart whether it was declined, timed out, or there is no authenticator. */
async function ask(request: () => Promise<Credential | null>): Promise<PublicKeyCredential | PasskeyProblem> {
  if (typeof PublicKeyCredential !== "function") return "unsupported";
  try {
    const credential = await request();
    return credential instanceof PublicKeyCredential ? credential : "refused";
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    // A page under an address instead of a name has no passkeys.
    return error.name === "SecurityError" || error.name === "NotSupportedError" ? "unsupported" : "refused";
  }
}

function random(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length));
}
