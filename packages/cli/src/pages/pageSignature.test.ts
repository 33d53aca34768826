import { toHex } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import { expect, it } from "vitest";
import { isPageSignedBy, signBuild } from "./pageSignature.js";

const seed = new Uint8Array(32).fill(7);
const signer = toHex(nodeCrypto.ed25519PublicKey(seed));
const build = "ab".repeat(32);

it("a signature counts for its build and its signer, and for no other", () => {
  const text = signBuild(seed, build);
  expect(isPageSignedBy(signer, build, text)).toBe(true);
  expect(isPageSignedBy(signer, "cd".repeat(32), text)).toBe(false);
  const other = new Uint8Array(32).fill(8);
  expect(isPageSignedBy(toHex(nodeCrypto.ed25519PublicKey(other)), build, text)).toBe(false);
  // Somebody else's signature under the signer's name.
  expect(isPageSignedBy(signer, build, JSON.stringify({ ...JSON.parse(signBuild(other, build)), signer }))).toBe(false);
  for (const junk of ["", "{", "[]", "null", '{"signer":1}', text.slice(0, -5)])
    expect(isPageSignedBy(signer, build, junk)).toBe(false);
});

it("RULE web.signature-bound: a signature over the bare build hash, made for something else, does not count", () => {
  const signature = toHex(nodeCrypto.ed25519Sign(seed, new TextEncoder().encode(build)));
  expect(isPageSignedBy(signer, build, JSON.stringify({ signer, signature }))).toBe(false);
});
