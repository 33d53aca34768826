import type { CipherSuite } from "./cipherSuite.js";
import type { Extension } from "./extension.js";
import type { AuthenticatedContent } from "./framing.js";
import type { GroupContext } from "./groupContext.js";
import { type EpochSecrets, epochSecrets, joinerSecret } from "./keySchedule.js";
import { MlsError } from "./mlsError.js";
import type { RatchetTree } from "./ratchetTree.js";
import { confirmedTranscriptHash, interimTranscriptHash } from "./transcriptHash.js";

/** The epoch that nothing follows. */
export const LAST_EPOCH = 2n ** 64n - 1n;

/** The epoch that a commit leads to. */
export interface NextEpoch {
  readonly context: GroupContext;
  readonly joiner: Uint8Array;
  readonly secrets: EpochSecrets;
  readonly confirmationTag: Uint8Array;
  readonly interimTranscriptHash: Uint8Array;
}

/** The group context that a path is sealed under: the next epoch's, with the transcript hash of this one (RFC 9420 §12.4.1). */
export function provisionalContext(
  context: GroupContext,
  treeHash: Uint8Array,
  extensions: readonly Extension[],
): GroupContext {
  // RULE: mls.last-epoch: no epoch follows the last one that a uint64 holds (RFC 9420 §8.1).
  if (context.epoch >= LAST_EPOCH) throw new MlsError("wrong_epoch", "no epoch follows");
  return { ...context, epoch: context.epoch + 1n, treeHash, extensions };
}

/** Transcript, key schedule and confirmation tag of the next epoch (RFC 9420 §8). `tree` is the one after the commit. */
export function nextEpoch(
  suite: CipherSuite,
  before: { context: GroupContext; interimTranscriptHash: Uint8Array },
  commit: AuthenticatedContent,
  tree: RatchetTree,
  keys: { init: Uint8Array; commitSecret: Uint8Array; psk: Uint8Array; extensions: readonly Extension[] },
): NextEpoch {
  const confirmed = confirmedTranscriptHash(suite, before.interimTranscriptHash, commit);
  const provisional = provisionalContext(before.context, tree.treeHash(suite), keys.extensions);
  const context = { ...provisional, confirmedTranscriptHash: confirmed };
  const joiner = joinerSecret(suite, keys.init, keys.commitSecret, context);
  const secrets = epochSecrets(suite, joiner, keys.psk, context);
  const confirmationTag = suite.mac(secrets.confirmation, confirmed);
  return {
    context,
    joiner,
    secrets,
    confirmationTag,
    interimTranscriptHash: interimTranscriptHash(suite, confirmed, confirmationTag),
  };
}
