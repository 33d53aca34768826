import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";

/** The curves whose keys are imported. */
export type Curve = "Ed25519" | "X25519";

/** One way of making a key object of 32 bytes. Throws where this Node does not take the form, or not this key. */
export type KeyImport = (curve: Curve, key: Uint8Array) => KeyObject;

/**
 * This Node does not take keys of a curve in any form that is known here. The key is not to blame, nor the person who sent
 * something: no call with any key would work. `code` is stable; nothing of the key is in the message.
 */
export class KeyImportError extends Error {
  override readonly name = "KeyImportError";
  readonly code = "KEY_IMPORT_REFUSED";

  constructor(kind: "private" | "public", curve: Curve, reason: string) {
    super(
      `Node ${process.version} does not take ${curve} ${kind} keys (${reason}). ` +
        "Conclave runs on Node 20.19 or later, with its own OpenSSL.",
    );
  }
}

/**
 * Ways to import a private key, the one to prefer first. JWK is eleven times faster than PKCS #8 with the OpenSSL of
 * Node 20; but from 24.22 and 26 on it wants the true `x` beside `d`, which would have to be computed first. Those have
 * the raw form. PKCS #8 (RFC 8410 §7) is taken everywhere.
 */
export const privateKeyImports: readonly KeyImport[] = [
  (crv, key) => {
    const d = base64url(key);
    return createPrivateKey({ key: { kty: "OKP", crv, d, x: d }, format: "jwk" });
  },
  (curve, key) => createPrivateKey(raw(curve, key, "raw-private")),
  (curve, key) => {
    const der = Buffer.concat([PKCS8[curve], key]);
    try {
      return createPrivateKey({ key: der, format: "der", type: "pkcs8" });
    } finally {
      der.fill(0);
    }
  },
];

/** Ways to import a public key, the one to prefer first: JWK, raw, SubjectPublicKeyInfo (RFC 8410 §4). */
export const publicKeyImports: readonly KeyImport[] = [
  (crv, key) => createPublicKey({ key: { kty: "OKP", crv, x: base64url(key) }, format: "jwk" }),
  (curve, key) => createPublicKey(raw(curve, key, "raw-public")),
  (curve, key) => createPublicKey({ key: Buffer.concat([SPKI[curve], key]), format: "der", type: "spki" }),
];

/**
 * The first way that this Node takes, found by trying with published key pairs of both curves: it is only taken if the
 * key object it makes is that very key. Where none is, what comes back throws {@link KeyImportError} at every call.
 */
export function chosenImport(kind: "private" | "public", ways: readonly KeyImport[]): KeyImport {
  let reason = "";
  for (const way of ways) {
    try {
      if (CURVES.every((curve) => publicPart(way(curve, KNOWN[curve][kind])) === base64url(KNOWN[curve].public))) {
        return way;
      }
      reason = "it makes another key of them";
    } catch (error) {
      reason = (error as NodeJS.ErrnoException).code ?? "no reason given";
    }
  }
  return (curve) => {
    throw new KeyImportError(kind, curve, reason);
  };
}

/** The text form of the public half of a key object. */
export function publicPart(key: KeyObject): string {
  return (key.type === "private" ? createPublicKey(key) : key).export({ format: "jwk" }).x!;
}

export function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64url");
}

const CURVES: readonly Curve[] = ["Ed25519", "X25519"];

// Everything of the DER encodings but the key (RFC 8410 §10).
const PKCS8 = {
  Ed25519: Buffer.from("302e020100300506032b657004220420", "hex"),
  X25519: Buffer.from("302e020100300506032b656e04220420", "hex"),
};
const SPKI = {
  Ed25519: Buffer.from("302a300506032b6570032100", "hex"),
  X25519: Buffer.from("302a300506032b656e032100", "hex"),
};

// RFC 8032 §7.1 (test 1) and RFC 7748 §6.1 (Alice).
const KNOWN = {
  Ed25519: {
    private: Buffer.from("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "hex"),
    public: Buffer.from("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "hex"),
  },
  X25519: {
    private: Buffer.from("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a", "hex"),
    public: Buffer.from("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a", "hex"),
  },
};

// The types of Node 20 do not know the raw forms yet.
function raw(curve: Curve, key: Uint8Array, format: "raw-private" | "raw-public") {
  return { key: Buffer.from(key), format, asymmetricKeyType: curve.toLowerCase() } as unknown as { key: Buffer };
}
