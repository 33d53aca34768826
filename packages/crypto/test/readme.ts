import { hpkeOpen, hpkeSeal, type HpkeSuite } from "@conclave/crypto";
import { nodeCrypto, systemRandom } from "@conclave/crypto/node";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (plain: Uint8Array | null) => plain && new TextDecoder().decode(plain);

// HPKE (RFC 9180) with a hybrid key: X25519 and ML-KEM-768 together.
const suite: HpkeSuite = { kem: "xwing", kdf: "sha256", aead: "chacha20poly1305" };
const bob = nodeCrypto.kemDeriveKeyPair("xwing", systemRandom(32));
const [info, aad] = [bytes("garden"), bytes("for Bob")];

const sealed = hpkeSeal(nodeCrypto, suite, bob.publicKey, info, aad, bytes("seeds"), systemRandom)!;
console.log(sealed.kemOutput.length, "bytes of key and", sealed.ciphertext.length, "of text");
console.log("Bob reads:", text(hpkeOpen(nodeCrypto, suite, bob.privateKey, info, aad, sealed)));
console.log("in another context:", hpkeOpen(nodeCrypto, suite, bob.privateKey, aad, aad, sealed));

// Ed25519: a seed signs, its public key verifies. A bad signature gives false, not an error.
const seed = systemRandom(32);
const [publicKey, message] = [nodeCrypto.ed25519PublicKey(seed), bytes("Alice was here")];
const signature = nodeCrypto.ed25519Sign(seed, message);
console.log("signed:", nodeCrypto.ed25519Verify(publicKey, message, signature));
console.log("changed:", nodeCrypto.ed25519Verify(publicKey, bytes("Bob was here"), signature));
