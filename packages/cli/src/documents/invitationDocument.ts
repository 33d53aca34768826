import type { RoomInvite } from "@conclave/client";
import { toHex } from "@conclave/codec";
import { type PersonDocument, personDocument } from "./personDocument.js";

/** An invite as the members see it: never with its secret. */
export interface InvitationDocument {
  readonly id: string;
  /** What this home calls it; null for other people's. */
  readonly label: string | null;
  readonly mode: "direct" | "ask" | "auto";
  readonly role: string;
  readonly createdBy: PersonDocument;
  readonly uses: number;
  /** How many people can use it; null for a link for SSH keys, which ends with the list only. */
  readonly limit: number | null;
  readonly expires: number | null;
  /** What who made it says to who comes; empty for nothing. */
  readonly welcome: string;
  readonly isOpen: boolean;
  /** Why nobody can join by it now although it is open: `closed` at the relay, or `rules`; null where people can. */
  readonly trouble: "closed" | "rules" | null;
}

export function invitationDocument(invitation: RoomInvite): InvitationDocument {
  const { inviteId, label, mode, role, createdBy, uses, limit, notAfter, isOpen, trouble, welcomeText } = invitation;
  const [id, creator] = [toHex(inviteId), personDocument(createdBy)];
  return {
    id,
    label,
    mode,
    role,
    createdBy: creator,
    uses,
    limit,
    expires: notAfter,
    welcome: welcomeText,
    isOpen,
    trouble,
  };
}
