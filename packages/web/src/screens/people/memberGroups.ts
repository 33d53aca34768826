import type { RoomMember } from "@conclave/client";
import { hasWords } from "../../words/matching.js";

/** Which part of the people one looks at. */
export type PeopleFilter = "all" | "deciding" | "checked" | "unchecked";

/** People who stand below one heading. */
export interface MemberGroup {
  readonly is: "deciding" | "members" | "stewards";
  readonly members: readonly RoomMember[];
}

const RANK = { owner: 0, admin: 1, member: 2, steward: 3 } as const satisfies Record<RoomMember["role"], number>;

/**
 * The people whose name, or whose two words, have each word of the query, by role: owners, admins, members, stewards; of one
 * role in the order in which they came. Groups without anybody are left out.
 */
export function memberGroups(members: readonly RoomMember[], query: string, filter: PeopleFilter): MemberGroup[] {
  const found = members.filter((each) => isOf(each, filter) && hasWords(`${each.name} ${each.tag}`, query));
  const sorted = found.sort((a, b) => RANK[a.role] - RANK[b.role]);
  const groups: MemberGroup[] = [
    { is: "deciding", members: sorted.filter(isDeciding) },
    { is: "members", members: sorted.filter(({ role }) => role === "member") },
    { is: "stewards", members: sorted.filter(({ role }) => role === "steward") },
  ];
  return groups.filter((group) => group.members.length > 0);
}

function isDeciding({ role }: RoomMember): boolean {
  return role === "owner" || role === "admin";
}

function isOf(member: RoomMember, filter: PeopleFilter): boolean {
  switch (filter) {
    case "all":
      return true;
    case "deciding":
      return isDeciding(member);
    case "checked":
      return member.checked !== null;
    case "unchecked":
      return member.checked === null && !member.isYou;
  }
}
