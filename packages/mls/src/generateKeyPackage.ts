import { CipherSuite } from "./cipherSuite.js";
import type { Engine } from "./engine.js";
import type { Extension } from "./extension.js";
import type { LeafParameters } from "./externalJoin.js";
import { MLS10 } from "./framing.js";
import type { KeyPackageBundle } from "./join.js";
import { type KeyPackage, keyPackageTbs } from "./keyPackage.js";
import { validateKeyPackage, withoutDefaults } from "./leafValidation.js";
import { type Lifetime, signLeafNode } from "./leafNode.js";
import { encodeMessage } from "./mlsMessage.js";
import { nodeKeyPair } from "./updatePath.js";

/**
 * Makes a key package (RFC 9420 §10): `encoded` is an MLSMessage to give to whoever adds you; the bundle stays with you
 * until the Welcome comes, and is used for one Welcome only. @throws MlsError when nobody could take it: a suite, credential
 * type or extension that `capabilities` does not list, or an extension type twice.
 */
export function generateKeyPackage(
  engine: Engine,
  options: LeafParameters & { suite: number; lifetime: Lifetime; keyPackageExtensions?: readonly Extension[] },
): KeyPackageBundle & { encoded: Uint8Array } {
  const suite = CipherSuite.of(options.suite, engine.crypto);
  const { signaturePrivateKey, credential, capabilities, extensions, lifetime } = options;
  const init = nodeKeyPair(suite, engine.random(suite.hashLength));
  const encryption = nodeKeyPair(suite, engine.random(suite.hashLength));
  const signatureKey = engine.crypto.ed25519PublicKey(signaturePrivateKey);
  const source = { type: "key_package", lifetime } as const;
  const content = {
    encryptionKey: encryption.publicKey,
    signatureKey,
    credential,
    capabilities: withoutDefaults(capabilities),
    source,
    extensions,
  };
  const leafNode = signLeafNode(suite, content, signaturePrivateKey, new Uint8Array(0), 0);
  const unsigned = {
    version: MLS10,
    cipherSuite: suite.id,
    initKey: init.publicKey,
    leafNode,
    extensions: options.keyPackageExtensions ?? [],
  };
  const keyPackage: KeyPackage = {
    ...unsigned,
    signature: suite.signWithLabel(signaturePrivateKey, "KeyPackageTBS", keyPackageTbs(unsigned)),
  };
  // What others will check is checked before it is given away.
  validateKeyPackage(suite, keyPackage);
  return {
    keyPackage,
    encoded: encodeMessage({ wireFormat: "keyPackage", message: keyPackage }),
    initPrivateKey: init.privateKey,
    encryptionPrivateKey: encryption.privateKey,
    signaturePrivateKey,
  };
}
