import { DecodeError, done, failed, type Result } from "@conclave/codec";

/** Why the engine refuses something. A closed set of stable codes; each is one rule of RFC 9420. */
export type MlsErrorCode =
  | "malformed"
  | "unsupported_suite"
  | "unsupported_version"
  | "wrong_wire_format"
  | "wrong_group"
  | "wrong_epoch"
  | "unknown_sender"
  | "bad_signature"
  | "bad_membership_tag"
  | "bad_confirmation_tag"
  | "not_encrypted"
  | "undecryptable"
  | "bad_padding"
  | "generation_too_far"
  | "generation_consumed"
  | "own_message"
  | "wrong_leaf_source"
  | "unsupported_credential"
  | "missing_capability"
  | "invalid_credential"
  | "bad_lifetime"
  | "too_many_proposals"
  | "commit_first"
  | "duplicate_key"
  | "same_encryption_key"
  | "init_key_reused"
  | "unusable_key"
  | "blank_leaf"
  | "proposal_sender"
  | "unknown_proposal"
  | "own_update"
  | "self_remove"
  | "duplicate_target"
  | "duplicate_psk"
  | "bad_psk"
  | "unknown_psk"
  | "proposal_combination"
  | "path_required"
  | "bad_path"
  | "bad_tree_hash"
  | "bad_parent_hash"
  | "bad_tree"
  | "missing_tree"
  | "missing_external_pub"
  | "no_key_package"
  | "not_a_member"
  | "reinitialised"
  | "removed";

/** A refusal by the engine. `detail` names what was looked at, and never holds a secret. */
export class MlsError extends Error {
  override readonly name = "MlsError";

  constructor(
    readonly code: MlsErrorCode,
    readonly detail: string,
    /** Who signed a commit that is refused; null where no signature was found to hold. `leafIndex`: null for a newcomer. */
    readonly committer: { readonly leafIndex: number | null } | null = null,
  ) {
    super(`${code}: ${detail}`);
  }
}

/** Runs `work` and gives its refusal as a value. Anything else that is thrown is a bug, and goes on being thrown. */
export function attempt<T>(work: () => T): Result<T, MlsError> {
  try {
    return done(work());
  } catch (error) {
    if (error instanceof MlsError) return failed(error);
    if (error instanceof DecodeError) return failed(new MlsError("malformed", error.message));
    throw error;
  }
}
