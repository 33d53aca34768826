import { usageError } from "../cliError.js";
import { personDocument } from "../documents/personDocument.js";
import type { CommandContext } from "../program/context.js";
import { withRoom } from "../program/withRoom.js";
import { decide } from "../room/decide.js";
import { findMember } from "../room/find.js";
import { shownName } from "../session/personView.js";
import { consentForGood } from "../terminal/consent.js";
import { safeName } from "../terminal/safeText.js";
import { reportIfSame, reportProgress } from "./progress.js";

const ROLES = ["owner", "admin", "member"] as const;
const A_ROLE = { owner: "an owner", admin: "an admin", member: "a member" } as const;

/** `conclave role`. */
export async function setRole(context: CommandContext, name: string, given: string): Promise<void> {
  const role = ROLES.find((each) => each === given);
  if (!role) throw usageError(`There is no role "${safeName(given)}".`, `Roles: ${ROLES.join(", ")}.`);
  await withRoom(context, "write", async (room) => {
    const member = findMember(room, name);
    const shown = shownName(member);
    const action = { type: "setRole", person: member.person, role } as const;
    const document = { person: personDocument(member), role };
    if (reportIfSame(context.output, room, action, `${shown} is already ${A_ROLE[role]}.`, document)) return;
    // Nobody can take the highest role away again, and only others can give back a role that a person gave up.
    if (role === "owner") {
      await consentForGood(
        context,
        `Make ${shown} an owner? An owner can do everything you can, and you can't undo this.`,
      );
    } else if (member.isYou) {
      await consentForGood(context, `Give up your role as ${member.role}? Only others can give it back.`);
    }
    reportProgress(
      context.output,
      await decide(room, action),
      `${safeName(member.name)} is now ${A_ROLE[role]}.`,
      document,
    );
  });
}
