import { failed, type Failure } from "@conclave/codec";
import type { PersonId } from "../encoding/ids.js";

/** Why something was refused: a closed set of stable codes. Their sentences are in `explain.ts`. */
export const REJECTION_CODES = [
  "malformed",
  "bad_signature",

  "wrong_room",
  "wrong_seq",
  "wrong_prev",
  "wrong_epoch",
  "wrong_transcript",
  "wrong_policy",
  "state_mismatch",

  "author_unknown",
  "author_not_committer",
  "not_allowed",
  "approvals_missing",
  "above_own_role",
  "rate_limited",

  "sealed",
  "last_owner",
  "invalid_policy",
  "invalid_action",
  "member_limit",
  "steward_limit",
  "is_steward",
  "ballot_limit",

  "already_member",
  "not_member",
  "banned",
  "bad_leaf_cert",
  "leaf_reused",
  "leaf_not_plain",
  "device_limit",
  "no_sponsor",
  "own_device",
  "last_device",
  "bad_key_package",
  "key_package_expired",

  "invite_unknown",
  "invite_revoked",
  "invite_expired",
  "invite_used_up",
  "invite_not_for_you",
  "invite_wrong_role",
  "invite_needs_admission",
  "invite_stale",
  "declined",
  "invite_exists",
  "invite_limit",
  "bad_invite_proof",
  "bad_reseat_proof",
  "key_not_listed",
  "key_used",
  "key_limit",
  "bad_ssh_signature",

  "bad_approval",
  "bad_farewell",

  "mls",
  "forbidden_proposal",
  "missing_path",
  "credential_changed",
  "wrong_binding",
  "ghost",
  "no_record",
  "wrong_record",
  "wrong_roster_key",
  "wrong_key_check",

  "update_needed",
  "not_active",
  "pending",
  "not_caught_up",
  "paused",
  "too_large",
  "unknown_proposal",
  "already_so",

  "bad_letter",
  "letter_too_large",
  "letter_wrong_room",
  "letter_too_old",
  "letter_taken_back",
  "letter_void",
  "letter_unknown_proposal",

  "bad_link",
  "bad_slot",
  "bad_history",
  "below_floor",
  "bad_admission",
] as const;

/** The stable name of a refusal. */
export type RejectionCode = (typeof REJECTION_CODES)[number];

/** A valid move of a room to a version that this app does not know. */
export interface Upgraded {
  /** Who moved it there, and what they are called in the room; null where the room began in that version. */
  readonly by: { readonly person: PersonId; readonly name: string } | null;
  readonly version: number;
  /** The newest version that this app knows. */
  readonly knows: number;
}

/** A refusal. */
export interface Rejection {
  readonly code: RejectionCode;
  /** What exactly, for logs and tests; no secret, not for screens. */
  readonly detail?: string;
  /** With `approvals_missing`: how many yeses count now, and how many are needed. */
  readonly approvals?: { readonly have: number; readonly need: number };
  /** With `update_needed`: who moved the room to a version that this app does not know. */
  readonly upgraded?: Upgraded;
}

/** The result of what the rules refuse. */
export function refused(code: RejectionCode, detail?: string): Failure<Rejection> {
  return failed(detail === undefined ? { code } : { code, detail });
}

/** The refusal of what only a newer app can judge. */
export function updateNeeded(upgraded: Upgraded): Failure<Rejection> {
  return failed({ code: "update_needed", upgraded });
}
