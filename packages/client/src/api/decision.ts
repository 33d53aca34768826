import type { Action, ActionHash, InviteId, Role } from "@conclave/protocol";
import type { NamedPerson } from "./person.js";

/** A listed SSH key, as a person knows it. */
export interface ShownSshKey {
  /** As `ssh-keygen -l` shows it: `SHA256:` and 43 letters. */
  readonly fingerprint: string;
  /** Who or what it is, as the person who listed it says; may be empty. */
  readonly comment: string;
  readonly listedBy: NamedPerson;
}

/** By what right a decision was taken: what the room's policy was satisfied with. */
export interface Right {
  /** The author's role before the decision; null for somebody who was not in the room. */
  readonly role: Role | null;
  /** Whose signed approval came with it, beside the author's. */
  readonly approvedBy: readonly NamedPerson[];
  /** The invite that was used; `by` is null where this home does not know who made it. */
  readonly invite: {
    readonly inviteId: InviteId;
    readonly label: string | null;
    readonly by: NamedPerson | null;
    /** The link alone was the permission: nobody decided about this person. */
    readonly isAuto: boolean;
  } | null;
  /** The SSH key that somebody came by, and who had listed it. */
  readonly sshKey: ShownSshKey | null;
  /** With `leave`: the person said so themselves. */
  readonly isFarewell: boolean;
}

/**
 * What a device claims with `reseat`: whose change it could not follow. Nobody can check that: say that the device says so
 * (docs/decisions/0019).
 */
export interface Claim {
  readonly after: NamedPerson;
  /**
   * Claims of this home's person, or of several others, name them since they last came in: offer their removal, where `outlook` says
   * that it can be done.
   */
  readonly isAgain: boolean;
}

/** One decision of the room's roster, checked on this machine (docs/protocol.md §4). */
export interface Decision {
  /** 0 is the founding. */
  readonly seq: number;
  /** Place in the relay's log; 0 for what happened before this device was here. */
  readonly n: number;
  /** The author's clock (ms), informative. */
  readonly time: number;
  readonly action: Action;
  /** The same as that of the proposal of the same thing, where there was one. */
  readonly actionHash: ActionHash;
  readonly by: NamedPerson;
  /** Whom it is about, if anybody. */
  readonly person: NamedPerson | null;
  readonly right: Right;
  /** Invites that ended with it. */
  readonly revokedInvites: readonly InviteId[];
  /** With `reseat`, where the device names somebody else who is or was in the room. */
  readonly claim: Claim | null;
}
