import type { JoinedBy, NamedPerson, RoomMember } from "@conclave/client";
import { toHex } from "@conclave/codec";
import { safeName } from "../terminal/safeText.js";

/** The two words that tell people of one name apart, as they are typed: `apple-river`. */
export function shownTag({ tag }: { readonly tag: string }): string {
  return tag.replaceAll(" ", "-");
}

/** `Alice`, or `Alice#apple-river` if somebody else's name looks the same. */
export function shownName(member: Pick<RoomMember, "name" | "tag" | "isLookalike">): string {
  return safeName(member.isLookalike ? `${member.name}#${shownTag(member)}` : member.name);
}

/** How a member joined the room. */
export function admissionSentence(admission: JoinedBy | null): string {
  switch (admission?.how) {
    case undefined:
      return "joined before this device did";
    case "founded":
      return "founded the room";
    case "invited":
      return `joined with ${inviteName(admission)}`;
    case "admitted":
      return `admitted by ${namesOf([admission.by, ...admission.approvedBy])}`;
  }
}

/** `Alice's link "Newsletter"`, or without the label if this home does not know it. */
export function inviteName({ by, label }: { readonly by: NamedPerson | null; readonly label: string | null }): string {
  const whose = !by?.name ? "a link" : by.isYou ? "your link" : `${by.name}'s link`;
  return label === null ? whose : `${whose} "${label}"`;
}

/** `Alice`, `Alice and Bob`, `Alice, Bob and Carol`; nobody twice. */
export function namesOf(people: readonly NamedPerson[]): string {
  const names = [...new Map(people.map((each) => [toHex(each.person), each.name])).values()];
  const last = names.pop() ?? "";
  return names.length === 0 ? last : `${names.join(", ")} and ${last}`;
}
