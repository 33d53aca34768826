import type { Admission as RoomAdmission, NamedPerson, RoomMember } from "@conclave/client";
import { toHex } from "@conclave/codec";
import type { Admission, InviteRef, Member, Person } from "../model/person.js";

/** A person as a document. */
export function personView({ person, name, tag, isYou }: NamedPerson): Person {
  return { id: toHex(person), name, tag: tag.replaceAll(" ", "-"), isYou };
}

/** A member as a document. */
export function memberView(member: RoomMember): Member {
  const { role, devices, since, admission, isLookalike, checked } = member;
  return { ...personView(member), role, devices, since, admission: admissionView(admission), isLookalike, checked };
}

function admissionView(admission: RoomAdmission | null): Admission {
  const text = admissionSentence(admission);
  const nothing = { how: "unknown", by: null, approvedBy: [], invite: null, text } as const;
  switch (admission?.how) {
    case undefined:
      return nothing;
    case "founded":
      return { ...nothing, how: "founded" };
    case "invited":
      return { ...nothing, how: "invited", invite: inviteRef(admission) };
    case "admitted": {
      const { by, approvedBy, inviteId } = admission;
      const invite = inviteId && { id: toHex(inviteId), label: null, by: null };
      return { how: "admitted", by: personView(by), approvedBy: approvedBy.map(personView), invite, text };
    }
  }
}

/** An invite as a document. */
export function inviteRef(invite: { inviteId: Uint8Array; label: string | null; by: NamedPerson }): InviteRef {
  return { id: toHex(invite.inviteId), label: invite.label, by: personView(invite.by) };
}

function admissionSentence(admission: RoomAdmission | null): string {
  switch (admission?.how) {
    case undefined:
      return "came in before this device did";
    case "founded":
      return "founded the room";
    case "invited":
      return `came by ${inviteName(admission)}`;
    case "admitted":
      return `admitted by ${namesOf([admission.by, ...admission.approvedBy])}`;
  }
}

/** `Alice's link "Newsletter"`, or without the label where this home does not know it. */
export function inviteName({ by, label }: { readonly by: NamedPerson; readonly label: string | null }): string {
  const whose = by.name === "" ? "a link" : by.isYou ? "your link" : `${by.name}'s link`;
  return label === null ? whose : `${whose} "${label}"`;
}

/** `Alice`, `Alice and Bob`, `Alice, Bob and Carol`; nobody twice. */
export function namesOf(people: readonly NamedPerson[]): string {
  const names = [...new Map(people.map((each) => [toHex(each.person), each.name])).values()];
  const last = names.pop() ?? "";
  return names.length === 0 ? last : `${names.join(", ")} and ${last}`;
}
