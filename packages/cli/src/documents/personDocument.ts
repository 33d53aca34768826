import type { JoinedBy, NamedPerson, RoomMember } from "@conclave/client";
import { toHex } from "@conclave/codec";
import type { InviteId } from "@conclave/protocol";
import { admissionSentence, shownTag } from "../session/personView.js";

/** A person, as `--json` prints one. */
export interface PersonDocument {
  /** The person's public identity key, in hexadecimal: who they are. */
  readonly id: string;
  /** What they call themselves. Anybody may call themselves anything. */
  readonly name: string;
  /** The beginning of their fingerprint: tells two people of one name apart. */
  readonly tag: string;
  readonly isYou: boolean;
}

/** An invite that somebody used or holds. */
export interface InviteRefDocument {
  readonly id: string;
  /** What this home calls it; null for other people's. */
  readonly label: string | null;
  /** Who made it; null where this home does not know. */
  readonly by: PersonDocument | null;
}

/** How somebody joined the room. */
export interface AdmissionDocument {
  /** `founded`, `invited` (with a link, by themselves), `admitted` (somebody let them in), or `unknown`: before this device. */
  readonly how: "founded" | "invited" | "admitted" | "unknown";
  /** Who let them in. */
  readonly by: PersonDocument | null;
  /** Who approved it. */
  readonly approvedBy: readonly PersonDocument[];
  readonly invite: InviteRefDocument | null;
  /** The same for people. */
  readonly text: string;
}

/** A person in a room. */
export interface MemberDocument extends PersonDocument {
  readonly role: string;
  readonly devices: number;
  /** When they joined, by the clock of the person who let them in; null if that is unknown. */
  readonly since: number | null;
  readonly admission: AdmissionDocument;
  /** Somebody else in the room has a name that looks the same. */
  readonly isLookalike: boolean;
  /** They were let in, and this home has received nothing from them since. */
  readonly isUnheard: boolean;
  /** You have compared their fingerprint: by what, and when (ms). */
  readonly checked: { readonly how: string; readonly time: number } | null;
}

export function personDocument(person: NamedPerson): PersonDocument {
  return { id: toHex(person.person), name: person.name, tag: shownTag(person), isYou: person.isYou };
}

export function memberDocument(member: RoomMember): MemberDocument {
  const { role, devices, since, isLookalike, isUnheard, checked } = member;
  const admission = admissionDocument(member.admission);
  return { ...personDocument(member), role, devices, since, admission, isLookalike, isUnheard, checked };
}

function admissionDocument(admission: JoinedBy | null): AdmissionDocument {
  const text = admissionSentence(admission);
  const nothing = { how: "unknown", by: null, approvedBy: [], invite: null, text } as const;
  switch (admission?.how) {
    case undefined:
      return nothing;
    case "founded":
      return { ...nothing, how: "founded" };
    case "invited":
      return { ...nothing, how: "invited", invite: inviteRefDocument(admission) };
    case "admitted": {
      const { by, approvedBy, inviteId } = admission;
      const invite = inviteId && { id: toHex(inviteId), label: null, by: null };
      return { how: "admitted", by: personDocument(by), approvedBy: approvedBy.map(personDocument), invite, text };
    }
  }
}

/** An invite, by who made it. */
export function inviteRefDocument(invite: {
  readonly inviteId: InviteId;
  readonly label: string | null;
  readonly by: NamedPerson | null;
}): InviteRefDocument {
  return { id: toHex(invite.inviteId), label: invite.label, by: invite.by && personDocument(invite.by) };
}
