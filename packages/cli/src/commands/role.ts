import { usageError } from "../cliError.js";
import { findOne } from "../model/find.js";
import { withSession, type CommandContext } from "../program/globals.js";
import { safeName } from "../terminal/safeText.js";
import { reportProgress } from "./progress.js";

const PATIENCE = 10_000;
const ROLES = ["owner", "admin", "member", "steward"];

/** `conclave role`. */
export async function setRole(context: CommandContext, name: string, role: string): Promise<void> {
  if (!ROLES.includes(role)) throw usageError(`There is no role "${safeName(role)}".`, `Roles: ${ROLES.join(", ")}.`);
  await withSession(context, "write", "role", async (session) => {
    const room = session.room(context.room);
    await room.sync(PATIENCE);
    const person = findOne("member", name, room.members());
    const progress = await room.setRole(person, role);
    reportProgress(context.output, progress, `${safeName(person.name)} is ${role} now.`, { person: person.id, role });
  });
}
