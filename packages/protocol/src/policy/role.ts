import { choice } from "@conclave/codec";

/** What a person may be in a room, from least to most. */
export type Role = "member" | "admin" | "owner";

// 2 is kept for the steward, a later role between member and admin: until then it is unknown.
const NUMBER = { member: 1, admin: 3, owner: 4 } as const;

/** Whether a role is at least another. */
export function isAtLeast(role: Role, least: Role): boolean {
  return NUMBER[role] >= NUMBER[least];
}

export const roleLayout = choice(NUMBER);
