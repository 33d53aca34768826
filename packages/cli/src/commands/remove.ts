import { CliError } from "../cliError.js";
import { displayName, personOf } from "../model/person.js";
import { findOne } from "../model/find.js";
import { type CommandContext, withRoom } from "../program/globals.js";
import { consentForGood } from "../terminal/consent.js";
import { nextCommand } from "../terminal/nextCommand.js";
import { safeName } from "../terminal/safeText.js";
import { reportProgress } from "./progress.js";

/** `conclave remove` and `ban`. */
export async function remove(context: CommandContext, name: string, isBan: boolean): Promise<void> {
  await withRoom(context, "write", async (room) => {
    const person = findOne("member", name, room.members());
    const shown = safeName(displayName(person, person.isLookalike));
    if (person.isYou) throw new CliError("OWN_DEVICE", "That is you.", `To leave the room:  ${nextCommand("leave")}`);
    const back = isBan ? " No link lets them in again." : "";
    await consentForGood(
      context,
      `Remove ${shown}? They keep what they have read, and can read nothing from now on.${back}`,
    );
    const progress = await room.remove(person, isBan);
    reportProgress(
      context.output,
      progress,
      `${shown} was removed. The room has new keys; invites they made or used are closed.${back}`,
      {
        person: personOf(person),
      },
    );
  });
}
