import { CliError } from "../cliError.js";
import { personDocument } from "../documents/personDocument.js";
import type { CommandContext } from "../program/context.js";
import { withRoom } from "../program/withRoom.js";
import { decide } from "../room/decide.js";
import { findMember } from "../room/find.js";
import { shownName } from "../session/personView.js";
import { consentForGood } from "../terminal/consent.js";
import { nextCommand } from "../terminal/nextCommand.js";
import { reportProgress } from "./progress.js";

/** `conclave remove` and `ban`. */
export async function remove(context: CommandContext, name: string, isBan: boolean): Promise<void> {
  await withRoom(context, "write", async (room) => {
    const member = findMember(room, name);
    const shown = shownName(member);
    if (member.isYou) throw new CliError("OWN_DEVICE", "That's you.", `To leave the room:  ${nextCommand("leave")}`);
    const back = isBan ? " No link lets them back in." : "";
    await consentForGood(
      context,
      `Remove ${shown}? They keep what they have read, but can read nothing from now on.${back}`,
    );
    const progress = await decide(room, { type: "remove", person: member.person, ban: isBan });
    const done = `${shown} was removed. The room has new keys; invites they made or used are closed.${back}`;
    reportProgress(context.output, progress, done, { person: personDocument(member) });
  });
}
