import type { InviteId, PersonId } from "../encoding/ids.js";
import type { SshKey } from "../invite/sshKey.js";
import type { AllowedEntry } from "../roster/evaluate.js";
import type { Action } from "../roster/action.js";

/** An SSH key that somebody came by. */
export interface UsedSshKey {
  readonly key: SshKey;
  /** What the person who listed it says that it is; may be empty. */
  readonly comment: string;
  readonly listedBy: PersonId;
}

/** Who did something, as the signed entry says (docs/protocol.md §4): what a timeline of decisions shows. */
export interface DecisionRecord {
  readonly seq: number;
  /** SHA-256 of the signed entry. */
  readonly hash: Uint8Array;
  /** The author's person; for one who joins by an invite, the joiner. */
  readonly by: PersonId;
  /** Whose yes came with it. */
  readonly approvedBy: readonly PersonId[];
  /** The author's clock (ms), informative. */
  readonly time: number;
  readonly epoch: number;
  readonly action: Action;
  /** With `add`: who came; with `remove` and `leave`: who went; else whom it is about, if anybody. */
  readonly person: PersonId | null;
  /** The name of `person` as it was or is. */
  readonly name: string | null;
  /** With `add` by an invite: which. */
  readonly inviteId: InviteId | null;
  /** Invites that this revoked. */
  readonly revokedInvites: readonly InviteId[];
  /** With `add` by an invite for listed keys: the SSH key that they came by. */
  readonly sshKey: UsedSshKey | null;
}

/** The decision of an accepted entry. */
export function decisionRecordOf({
  entry,
  approvedBy,
  person,
  name,
  inviteId,
  revokedInvites,
  sshKey,
}: AllowedEntry): DecisionRecord {
  const { seq, hash, time, epoch, action } = entry;
  return {
    seq,
    hash,
    by: entry.author.person,
    approvedBy,
    time,
    epoch,
    action,
    person,
    name,
    inviteId,
    revokedInvites,
    sshKey: sshKey && { key: sshKey.key, comment: sshKey.comment, listedBy: sshKey.listers[0]! },
  };
}
