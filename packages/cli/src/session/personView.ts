import type { Admission, NamedPerson, RoomMember } from "@conclave/client";
import { toHex } from "@conclave/codec";
import type { Member, Person } from "../model/person.js";

/** A person as a document. */
export function personView({ person, name, tag, isYou }: NamedPerson): Person {
  return { id: toHex(person), name, tag: tag.replaceAll(" ", "-"), isYou };
}

/** A member as a document. */
export function memberView(member: RoomMember): Member {
  const { role, devices, since, admission, isLookalike, checked } = member;
  return { ...personView(member), role, devices, since, admission: admissionSentence(admission), isLookalike, checked };
}

function admissionSentence(admission: Admission | null): string {
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
