import { usageError } from "../cliError.js";
import { findOne } from "../model/find.js";
import { type CommandContext, withRoom } from "../program/globals.js";
import { safeName } from "../terminal/safeText.js";
import { reportProgress } from "./progress.js";

const ROLES = ["owner", "admin", "member"];

/** `conclave role`. */
export async function setRole(context: CommandContext, name: string, role: string): Promise<void> {
  if (!ROLES.includes(role)) throw usageError(`There is no role "${safeName(role)}".`, `Roles: ${ROLES.join(", ")}.`);
  await withRoom(context, "write", async (room) => {
    const person = findOne("member", name, room.members());
    const progress = await room.setRole(person, role);
    reportProgress(context.output, progress, `${safeName(person.name)} is ${role} now.`, { person: person.id, role });
  });
}
