import { choice } from "@conclave/codec";

/** A role of somebody who has a say in the room, from least to most. */
export type DecidingRole = "member" | "admin" | "owner";
/**
 * What somebody may be in a room. A `steward` is always on and carries out what people have decided; its own yes counts for
 * nothing (docs/decisions/0026).
 */
export type Role = DecidingRole | "steward";

// In signed bytes: never change one.
const NUMBER = { member: 1, admin: 3, owner: 4 } as const;
const RANK: Readonly<Record<Role, number>> = { steward: 0, member: 1, admin: 2, owner: 3 };

/** Whether a role is at least another. A steward's is below all others. */
export function isAtLeast(role: Role, least: Role): boolean {
  return RANK[role] >= RANK[least];
}

/** Whether somebody of this role is counted where people decide: a steward never is. */
export function hasSay(role: Role): role is DecidingRole {
  return role !== "steward";
}

export const roleLayout = choice<Role>({ ...NUMBER, steward: 2 });
/** For all that asks somebody, or lets somebody become more or less: stewards are only ever added and removed. */
export const decidingRoleLayout = choice<DecidingRole>(NUMBER);
