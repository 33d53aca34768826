import { usageError } from "../cliError.js";
import { displayName, personOf } from "../model/person.js";
import { findOne } from "../model/find.js";
import { type CommandContext, withRoom } from "../program/globals.js";
import { consentForGood } from "../terminal/consent.js";
import { safeName } from "../terminal/safeText.js";
import { reportProgress, reportSame } from "./progress.js";

const ROLES = ["owner", "admin", "member"];

/** `conclave role`. */
export async function setRole(context: CommandContext, name: string, role: string): Promise<void> {
  if (!ROLES.includes(role)) throw usageError(`There is no role "${safeName(role)}".`, `Roles: ${ROLES.join(", ")}.`);
  await withRoom(context, "write", async (room) => {
    const person = findOne("member", name, room.members());
    const shown = safeName(displayName(person, person.isLookalike));
    if (person.role === role) {
      reportSame(context.output, `${shown} is ${role} already.`, { person: personOf(person), role });
      return;
    }
    // Who has the highest role can be stopped by nobody, and a role that one gives away is given back by others only.
    if (role === "owner") {
      await consentForGood(
        context,
        `Make ${shown} an owner? An owner may do everything you may, and you cannot undo it.`,
      );
    } else if (person.isYou) {
      await consentForGood(context, `Give up your role of ${person.role}? Only others can give it back.`);
    }
    const progress = await room.setRole(person, role);
    reportProgress(context.output, progress, `${safeName(person.name)} is ${role} now.`, {
      person: personOf(person),
      role,
    });
  });
}
