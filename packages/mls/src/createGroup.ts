import { CipherSuite } from "./cipherSuite.js";
import type { Engine } from "./engine.js";
import type { Extension } from "./extension.js";
import type { LeafParameters } from "./externalJoin.js";
import { MLS10 } from "./framing.js";
import type { GroupInternals } from "./groupInternals.js";
import { validateNewExtensions } from "./extensionValidation.js";
import { secretsOfEpoch } from "./keySchedule.js";
import { validateLeafNode, withoutDefaults } from "./leafValidation.js";
import { type Lifetime, signLeafNode } from "./leafNode.js";
import { RatchetTree } from "./ratchetTree.js";
import { SecretTree } from "./secretTree.js";
import { interimTranscriptHash } from "./transcriptHash.js";
import { nodeKeyPair } from "./updatePath.js";

/** What a new group starts with. */
export interface NewGroup {
  readonly groupId: Uint8Array;
  readonly suite: number;
  readonly leaf: LeafParameters & { readonly lifetime: Lifetime };
  readonly extensions: readonly Extension[];
}

const EMPTY = new Uint8Array(0);

/**
 * A group with one member, in epoch 0 (RFC 9420 §11). @throws MlsError when nobody could join it: a suite that is not
 * supported, a founder's leaf that does not list what it or the group uses, an extension type twice.
 */
export function createGroup(engine: Engine, options: NewGroup): GroupInternals {
  const suite = CipherSuite.of(options.suite, engine.crypto);
  const { signaturePrivateKey, lifetime, ...parameters } = options.leaf;
  const pair = nodeKeyPair(suite, engine.random(suite.hashLength));
  const content = {
    ...parameters,
    capabilities: withoutDefaults(parameters.capabilities),
    encryptionKey: pair.publicKey,
    signatureKey: engine.crypto.ed25519PublicKey(signaturePrivateKey),
    source: { type: "key_package", lifetime } as const,
  };
  const leaf = signLeafNode(suite, content, signaturePrivateKey, EMPTY, 0);
  const tree = RatchetTree.of([{ type: "leaf", leaf }]);
  // What everybody who joins will check is checked before there is a group.
  const { groupId, extensions } = options;
  const place = { groupId, leafIndex: 0, source: "key_package", extensions, before: null } as const;
  validateLeafNode(engine, suite, leaf, place, tree.census);
  validateNewExtensions(engine, tree, { groupId, extensions: [] }, extensions);
  const context = {
    version: MLS10,
    cipherSuite: suite.id,
    groupId: options.groupId,
    epoch: 0n,
    treeHash: tree.treeHash(suite),
    confirmedTranscriptHash: EMPTY,
    extensions: options.extensions,
  };
  const { encryption, ...secrets } = secretsOfEpoch(suite, engine.random(suite.hashLength));
  const confirmationTag = suite.mac(secrets.confirmation, EMPTY);
  return {
    engine,
    suite,
    tree,
    state: {
      context,
      interimTranscriptHash: interimTranscriptHash(suite, EMPTY, confirmationTag),
      confirmationTag,
      secrets,
      ownLeaf: 0,
      signaturePrivateKey,
      keys: new Map([[0, pair.privateKey]]),
      isReinitialised: false,
    },
    secretTree: SecretTree.of(suite, 1, encryption),
    past: new Map(),
    proposals: new Map(),
    updateKeys: new Map(),
    leftovers: [],
  };
}
