import { DecodeError, type Reader, type Writer } from "@conclave/codec";

/** What a person may be in a room, from least to most. */
export type Role = "member" | "admin" | "owner";

// 2 is kept for the steward, a later role between member and admin: until then it is unknown.
const NUMBER = { member: 1, admin: 3, owner: 4 } as const;

/** Whether a role is at least another. */
export function isAtLeast(role: Role, least: Role): boolean {
  return NUMBER[role] >= NUMBER[least];
}

export function writeRole(writer: Writer, role: Role): void {
  writer.u8(NUMBER[role]);
}

export function readRole(reader: Reader): Role {
  const number = reader.u8("role");
  for (const role of ["member", "admin", "owner"] as const) if (NUMBER[role] === number) return role;
  throw new DecodeError("bad_value", "role");
}
