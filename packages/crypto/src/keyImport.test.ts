import { diffieHellman, sign, verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  chosenImport,
  type Curve,
  KeyImportError,
  type KeyImport,
  privateKeyImports,
  publicKeyImports,
  publicPart,
} from "./keyImport.js";
import { webCrypto } from "./web.js";

const key = Uint8Array.from({ length: 32 }, (_, i) => i * 7 + 1);
const refuses: KeyImport = () => {
  throw Object.assign(new Error("Invalid JWK OKP key"), { code: "ERR_CRYPTO_INVALID_JWK" });
};
// What Node 20 to 24.21 do with a JWK whose x is not of d was: to take it. Another might make another key of it.
const mistakes: KeyImport = (curve) => privateKeyImports.at(-1)!(curve, new Uint8Array(32).fill(9));
const publicOf = (curve: Curve) =>
  curve === "Ed25519" ? webCrypto.ed25519PublicKey(key) : webCrypto.kemPublicKey("x25519", key);

describe("the way of importing a key", () => {
  it("is one that this Node takes, for private and for public keys", () => {
    for (const curve of ["Ed25519", "X25519"] as const) {
      const made = chosenImport("private", privateKeyImports)(curve, key);
      expect(publicPart(made)).toBe(Buffer.from(publicOf(curve)).toString("base64url"));
      const shown = chosenImport("public", publicKeyImports)(curve, publicOf(curve));
      if (curve === "X25519") {
        expect(diffieHellman({ privateKey: made, publicKey: shown }).length).toBe(32);
      } else {
        expect(verify(null, key, shown, sign(null, key, made))).toBe(true);
      }
    }
  });

  it("is another where the first is refused, or makes another key; each that works makes the same key", () => {
    for (let preferred = 0; preferred < privateKeyImports.length; preferred++) {
      const ways = [refuses, mistakes, ...privateKeyImports.slice(preferred)];
      const chosen = chosenImport("private", ways);
      expect([refuses, mistakes]).not.toContain(chosen);
      for (const curve of ["Ed25519", "X25519"] as const) {
        expect(publicPart(chosen(curve, key))).toBe(Buffer.from(publicOf(curve)).toString("base64url"));
      }
    }
    for (let preferred = 0; preferred < publicKeyImports.length; preferred++) {
      const chosen = chosenImport("public", [refuses, ...publicKeyImports.slice(preferred)]);
      expect(publicPart(chosen("X25519", publicOf("X25519")))).toBe(
        Buffer.from(publicOf("X25519")).toString("base64url"),
      );
    }
  });

  it("reports when no format is accepted, with its code, without the key, at each use", () => {
    for (const kind of ["private", "public"] as const) {
      const none = chosenImport(kind, [refuses]);
      const use = () => none("Ed25519", key);
      expect(use).toThrow(KeyImportError);
      expect(use).toThrow(`does not take Ed25519 ${kind} keys (ERR_CRYPTO_INVALID_JWK)`);
      expect(use).toThrow(expect.objectContaining({ code: "KEY_IMPORT_REFUSED" }));
      expect(use).toThrow(expect.not.objectContaining({ message: expect.stringContaining("01080f") as string }));
    }
  });
});
