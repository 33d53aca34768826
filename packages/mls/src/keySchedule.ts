import type { KeyPair } from "@conclave/crypto";
import type { CipherSuite } from "./cipherSuite.js";
import { encodeGroupContext, type GroupContext } from "./groupContext.js";

/** The secrets of an epoch (RFC 9420 §8, table 4). */
export interface EpochSecrets {
  readonly senderData: Uint8Array;
  readonly encryption: Uint8Array;
  readonly exporter: Uint8Array;
  readonly external: Uint8Array;
  readonly confirmation: Uint8Array;
  readonly membership: Uint8Array;
  readonly resumption: Uint8Array;
  readonly authenticator: Uint8Array;
  readonly init: Uint8Array;
}

/** joiner_secret: from the epoch before and the commit. */
export function joinerSecret(
  suite: CipherSuite,
  init: Uint8Array,
  commitSecret: Uint8Array,
  context: GroupContext,
): Uint8Array {
  return suite.expandWithLabel(
    suite.extract(init, commitSecret),
    "joiner",
    encodeGroupContext(context),
    suite.hashLength,
  );
}

/** welcome_secret. */
export function welcomeSecret(suite: CipherSuite, joiner: Uint8Array, psk: Uint8Array): Uint8Array {
  return suite.deriveSecret(suite.extract(joiner, psk), "welcome");
}

/** All secrets of the epoch that a joiner secret leads to. */
export function epochSecrets(
  suite: CipherSuite,
  joiner: Uint8Array,
  psk: Uint8Array,
  context: GroupContext,
): EpochSecrets {
  const member = suite.extract(joiner, psk);
  return secretsOfEpoch(suite, suite.expandWithLabel(member, "epoch", encodeGroupContext(context), suite.hashLength));
}

/** All secrets that follow from an epoch_secret. */
export function secretsOfEpoch(suite: CipherSuite, epochSecret: Uint8Array): EpochSecrets {
  const derive = (label: string) => suite.deriveSecret(epochSecret, label);
  return {
    senderData: derive("sender data"),
    encryption: derive("encryption"),
    exporter: derive("exporter"),
    external: derive("external"),
    confirmation: derive("confirm"),
    membership: derive("membership"),
    resumption: derive("resumption"),
    authenticator: derive("authentication"),
    init: derive("init"),
  };
}

// Kept as long as the epoch's secret is: each link that is open has a GroupInfo of its own.
const externalPairs = new WeakMap<Uint8Array, KeyPair>();

/** The key pair to which external joiners seal their init secret (RFC 9420 §8.3). */
export function externalKeyPair(suite: CipherSuite, external: Uint8Array): KeyPair {
  const known = externalPairs.get(external);
  if (known !== undefined) return known;
  const pair = suite.crypto.kemDeriveKeyPair(suite.algorithms.kem, external);
  externalPairs.set(external, pair);
  return pair;
}

/** MLS-Exporter (RFC 9420 §8.5). */
export function exportSecret(
  suite: CipherSuite,
  exporter: Uint8Array,
  label: string,
  context: Uint8Array,
  length: number,
): Uint8Array {
  return suite.expandWithLabel(suite.deriveSecret(exporter, label), "exported", suite.hash(context), length);
}
