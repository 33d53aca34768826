import type { Crypto } from "@conclave/crypto";
import type { InviteId, LeafKey, PersonId } from "../encoding/ids.js";
import type { LeafCert } from "../identity/leafCert.js";
import type { Invite } from "../invite/invite.js";
import type { EntryHeader } from "./entryHeader.js";
import type { ListedKey, Member, Roster } from "./roster.js";
import type { RosterDraft } from "./rosterDraft.js";

/** A leaf that an entry brings in, with the certificate that its credential in the tree holds. */
interface AddedLeaf {
  readonly leaf: LeafKey;
  /** Bytes of the leaf certificate. */
  readonly credential: Uint8Array;
}

/** An entry in the act of changing the roster. */
export interface Change {
  readonly crypto: Crypto;
  readonly before: Roster;
  readonly draft: RosterDraft;
  readonly header: EntryHeader;
  /** The entry's own number. */
  readonly seq: number;
  /** Null for a newcomer, who signs in themself. */
  readonly author: Member | null;
  /** Who comes in, or comes back, and by which invite. */
  readonly newcomer: Newcomer | null;
}

/** Somebody who may come in, as far as certificates and invites go. */
export interface Newcomer {
  readonly cert: LeafCert;
  readonly invite: Invite | null;
  /** The listed SSH key that they come by; null where the invite asks for none. */
  readonly sshKey: ListedKey | null;
}

/** What an entry does besides changing the roster's records. */
export interface Effect {
  /** Leaves that the tree must gain. */
  readonly added: readonly AddedLeaf[];
  /** Leaf keys that the tree must lose. */
  readonly removed: readonly Uint8Array[];
  /** Whom it is about, if anybody, and what they are called. */
  readonly person: PersonId | null;
  readonly name: string | null;
  /** The invite that somebody came by, or that was made or withdrawn. */
  readonly inviteId: InviteId | null;
  readonly revokedInvites: readonly InviteId[];
  /** The listed SSH key that somebody came by. */
  readonly sshKey: ListedKey | null;
}

const NO_EFFECT: Effect = {
  added: [],
  removed: [],
  person: null,
  name: null,
  inviteId: null,
  revokedInvites: [],
  sshKey: null,
};

/** An effect in which only these parts are not empty. */
export function effect(parts: Partial<Effect> = {}): Effect {
  return { ...NO_EFFECT, ...parts };
}
