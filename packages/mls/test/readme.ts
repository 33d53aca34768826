import type { Result } from "@conclave/codec";
import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { type Engine, generateKeyPackage, Group, type MlsError } from "@conclave/mls";

// The application decides whom to believe. This one believes anybody; a real one must not.
const engine: Engine = { crypto: nodeCrypto, random: systemRandom, validateCredential: () => true };
const suite = 0x004d; // X-Wing: X25519 with ML-KEM-768
const lifetime = { notBefore: 0n, notAfter: 2n ** 64n - 1n };
const leaf = (name: string) => ({
  credential: { type: "basic" as const, identity: new TextEncoder().encode(name) },
  capabilities: {
    versions: [1],
    cipherSuites: [suite],
    extensions: [],
    proposals: [],
    credentials: [1],
  },
  extensions: [],
  signaturePrivateKey: systemRandom(32),
  lifetime,
});
function must<T>(result: Result<T, MlsError>): T {
  if (!result.ok) throw result.error;
  return result.value;
}

// Alice founds a group and adds Bob by his key package. A commit takes effect when it is applied.
const options = { groupId: systemRandom(16), suite, leaf: leaf("Alice"), extensions: [] };
const { group: alice } = Group.create(engine, options);
const bobs = generateKeyPackage(engine, { ...leaf("Bob"), suite });
const added = must(alice.commit({ proposals: [{ type: "add", keyPackage: bobs.keyPackage }] }));
alice.apply(added.staged);
const { group: bob } = must(Group.join(engine, { welcome: added.welcome!, keyPackage: bobs }));
console.log(`epoch ${bob.epoch}, members: ${[...bob.view.members()].length}`);

// Bob stages a message, looks at it, and applies it: that deletes its key.
const staged = must(bob.stage(alice.encrypt(new TextEncoder().encode("Hello, Bob")).message));
if (staged.kind === "application") console.log("Bob reads:", new TextDecoder().decode(staged.data));
bob.apply(staged);

// Alice removes Bob. He learns of it, and cannot read later messages.
const removed = must(alice.commit({ proposals: [{ type: "remove", removed: bob.ownLeafIndex }] }));
alice.apply(removed.staged);
const farewell = must(bob.stage(removed.message));
console.log("Bob is removed:", farewell.kind === "commit" && farewell.selfRemoved);
bob.apply(farewell);
const later = bob.stage(alice.encrypt(new TextEncoder().encode("Bob is gone")).message);
console.log("and then:", later.ok ? "he reads on" : later.error.code);
