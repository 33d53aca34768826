import { DecodeError, type Reader, type Writer } from "@conclave/codec";
import { KEY_BYTES } from "../encoding/signed.js";
import { readRole, type Role, writeRole } from "../policy/role.js";

/** For whom an invite is. */
export type InviteFor =
  | { readonly class: "single" }
  | { readonly class: "multi"; readonly limit: number }
  | { readonly class: "personal"; readonly person: Uint8Array };

/** What `createInvite` puts into the roster: public halves only. The link's secret derives the private ones. */
export interface InviteTerms {
  /** 16 bytes. */
  readonly inviteId: Uint8Array;
  /** Ed25519: proves the invite to the members. */
  readonly joinPub: Uint8Array;
  /** X25519: seals the slot. */
  readonly slotPub: Uint8Array;
  /** Ed25519: proves the invite to the relay. */
  readonly tokenPub: Uint8Array;
  readonly for: InviteFor;
  /** The role that newcomers get. */
  readonly role: Role;
  /** Chain time (ms) after which the invite is void; null for never. */
  readonly notAfter: number | null;
  /**
   * `direct`: the link is the permission. `ask`: somebody who may add decides. `return`: lets nobody in, but its maker put a
   * new device in the place of a lost one; its secret follows from their recovery words (docs/decisions/0006).
   */
  readonly mode: "direct" | "ask" | "return";
}

/** An invite in the roster. */
export interface Invite extends InviteTerms {
  readonly createdBy: Uint8Array;
  readonly createdSeq: number;
  /** How many people came by it. */
  readonly uses: number;
  readonly revoked: boolean;
}

export const INVITE_ID_BYTES = 16;
const CLASSES = ["single", "multi", "personal"] as const;
const MODES = ["direct", "ask", "return"] as const;

export function writeInviteTerms(writer: Writer, terms: InviteTerms): void {
  writer.fixed(terms.inviteId).fixed(terms.joinPub).fixed(terms.slotPub).fixed(terms.tokenPub);
  writer.u8(CLASSES.indexOf(terms.for.class) + 1);
  if (terms.for.class === "multi") writer.u32(terms.for.limit);
  if (terms.for.class === "personal") writer.fixed(terms.for.person);
  writeRole(writer, terms.role);
  writer.optional(terms.notAfter, (w, time) => w.u53(time)).u8(MODES.indexOf(terms.mode) + 1);
}

export function readInviteTerms(reader: Reader): InviteTerms {
  const keys = {
    inviteId: reader.fixed(INVITE_ID_BYTES, "invite id"),
    joinPub: reader.fixed(KEY_BYTES, "join key"),
    slotPub: reader.fixed(KEY_BYTES, "slot key"),
    tokenPub: reader.fixed(KEY_BYTES, "token key"),
  };
  const recipient = readInviteFor(reader);
  const role = readRole(reader);
  const notAfter = reader.optional((r) => r.u53("not after"));
  const mode = MODES[reader.u8("invite mode") - 1];
  if (mode === undefined) throw new DecodeError("bad_value", "invite mode");
  return { ...keys, for: recipient, role, notAfter, mode };
}

function readInviteFor(reader: Reader): InviteFor {
  const inviteClass = CLASSES[reader.u8("invite class") - 1];
  switch (inviteClass) {
    case "single":
      return { class: "single" };
    case "multi": {
      const limit = reader.u32("invite limit");
      if (limit === 0) throw new DecodeError("bad_value", "invite limit");
      return { class: "multi", limit };
    }
    case "personal":
      return { class: "personal", person: reader.fixed(KEY_BYTES, "person") };
    default:
      throw new DecodeError("bad_value", "invite class");
  }
}

/** How many people may come by an invite. */
export function inviteLimit(terms: InviteTerms): number {
  return terms.for.class === "multi" ? terms.for.limit : 1;
}

/** Whether the invite still lets somebody in, by the chain's own time and count. */
export function isInviteOpen(invite: Invite, chainTime: number): boolean {
  return closing(invite, chainTime) === null;
}

/** Why the invite lets nobody in any more, or null: what a client shows and what `evaluate` judges is this one function. */
export function closing(
  invite: Invite,
  chainTime: number,
): "invite_revoked" | "invite_used_up" | "invite_expired" | null {
  if (invite.revoked) return "invite_revoked";
  if (invite.uses >= inviteLimit(invite)) return "invite_used_up";
  return invite.notAfter !== null && chainTime > invite.notAfter ? "invite_expired" : null;
}

export function writeInvite(writer: Writer, invite: Invite): void {
  writeInviteTerms(writer, invite);
  writer.fixed(invite.createdBy).u53(invite.createdSeq).u32(invite.uses).bool(invite.revoked);
}

export function readInvite(reader: Reader): Invite {
  return {
    ...readInviteTerms(reader),
    createdBy: reader.fixed(KEY_BYTES),
    createdSeq: reader.u53(),
    uses: reader.u32(),
    revoked: reader.bool(),
  };
}
