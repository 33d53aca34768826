import { bool, checked, choice, type Fields, optional, struct, text, u32, u53, variant } from "@conclave/codec";
import { InviteId, PersonId } from "../encoding/ids.js";
import { bytes32 } from "../encoding/signed.js";
import { type DecidingRole, decidingRoleLayout } from "../policy/role.js";

/** For whom an invite is. */
export type InviteFor =
  | { readonly class: "single" }
  | { readonly class: "multi"; readonly limit: number }
  | { readonly class: "personal"; readonly person: PersonId }
  /** For anyone who has an SSH key on the room's list: each key lets in one person, once. */
  | { readonly class: "listed" };

/** Longest welcome of an invite, in bytes of UTF-8. */
export const MAX_WELCOME_TEXT_BYTES = 500;

/** What `createInvite` puts into the roster: public halves only. The link's secret derives the private ones. */
export interface InviteTerms {
  /** 16 bytes. */
  readonly inviteId: InviteId;
  /** Ed25519: proves the invite to the members. */
  readonly joinPub: Uint8Array;
  /** X25519: seals the slot. */
  readonly slotPub: Uint8Array;
  /** Ed25519: proves the invite to the relay. */
  readonly tokenPub: Uint8Array;
  readonly for: InviteFor;
  /** The role that newcomers get. */
  readonly role: DecidingRole;
  /** Chain time (ms) after which the invite is void; null for never. */
  readonly notAfter: number | null;
  /**
   * `direct`: the link is the permission. `ask`: somebody who may add decides. `return`: lets nobody in, but its maker put a
   * new device in the place of a lost one; its secret follows from their recovery words (docs/decisions/0006). `auto`: the link
   * is the permission, and a member's device or a steward carries it out (docs/decisions/0026).
   */
  readonly mode: "direct" | "ask" | "return" | "auto";
  /** A few words to who comes, signed by who made the invite with all of it; empty for none. Anybody's text: a screen cleans it. */
  readonly welcomeText: string;
}

/** An invite in the roster. */
export interface Invite extends InviteTerms {
  readonly createdBy: PersonId;
  readonly createdSeq: number;
  /** How many people came by it. */
  readonly uses: number;
  readonly revoked: boolean;
  /** The entry that ended it: it was revoked or used up, or the chain's time passed `notAfter`. 0 while it is open. */
  readonly closedSeq: number;
}

const termsFields: Fields<InviteTerms> = {
  inviteId: InviteId,
  joinPub: bytes32,
  slotPub: bytes32,
  tokenPub: bytes32,
  for: variant<InviteFor, "class">("class", {
    single: [1, {}],
    multi: [2, { limit: checked(u32, (limit) => limit > 0) }],
    personal: [3, { person: PersonId }],
    listed: [4, {}],
  }),
  role: decidingRoleLayout,
  notAfter: optional(u53),
  mode: choice({ direct: 1, ask: 2, return: 3, auto: 4 }),
  // RULE: invite.welcome: who may make links fills nobody's roster with texts (attack A83).
  welcomeText: text(MAX_WELCOME_TEXT_BYTES),
};

export const inviteTermsLayout = struct<InviteTerms>(termsFields);
export const inviteLayout = struct<Invite>({
  ...termsFields,
  createdBy: PersonId,
  createdSeq: u53,
  uses: u32,
  revoked: bool,
  closedSeq: u53,
});

/** How many people may come by an invite. One for listed keys ends with its keys alone, and not by being used. */
export function inviteLimit({ for: meant }: Pick<InviteTerms, "for">): number {
  if (meant.class === "listed") return Number.POSITIVE_INFINITY;
  return meant.class === "multi" ? meant.limit : 1;
}

/** Whether the invite still lets somebody in. Once closed it stays closed, even where the chain's time is set back. */
export function isInviteOpen({ closedSeq }: Pick<Invite, "closedSeq">): boolean {
  return closedSeq === 0;
}

/** Why the invite lets nobody in any more, or null: what a client shows and what `evaluate` judges is this one function. */
export function closing(invite: Invite): "invite_revoked" | "invite_used_up" | "invite_expired" | null {
  if (isInviteOpen(invite)) return null;
  if (invite.revoked) return "invite_revoked";
  return isUsedUp(invite) ? "invite_used_up" : "invite_expired";
}

/** Whether an invite that was open is to be closed. `chainTime`: ms. */
export function isSpent(invite: Invite, chainTime: number): boolean {
  return invite.revoked || isUsedUp(invite) || (invite.notAfter !== null && chainTime > invite.notAfter);
}

function isUsedUp(invite: Invite): boolean {
  return invite.uses >= inviteLimit(invite);
}
