import type { RoomMember } from "./person.js";

/**
 * Whether this person cannot leave yet: others would stay in the room, without an owner. Somebody else has to own it first. A
 * sealed room needs no owner, and nobody could become one (roster.last-owner). Stewards go with those who let them in, so they
 * are no others.
 */
export function isLastOwner(members: readonly Pick<RoomMember, "role" | "isYou">[], isSealed: boolean): boolean {
  const people = members.filter(({ role }) => role !== "steward");
  const owners = people.filter(({ role }) => role === "owner");
  return !isSealed && people.length > 1 && owners.length === 1 && owners[0]!.isYou;
}
