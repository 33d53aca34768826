import { CliError } from "../cliError.js";
import { toHex } from "@conclave/codec";
import type { CommandContext } from "../program/context.js";
import { withHome } from "../program/withRoom.js";
import { isAsking } from "../room/inStep.js";
import { findRoom } from "../session/home.js";
import { consentForGood } from "../terminal/consent.js";
import { nextCommand } from "../terminal/nextCommand.js";
import { safeName } from "../terminal/safeText.js";

/** Standings in which the room loses nothing when this home forgets it. */
const OVER = ["left", "removed", "lost", "restored"];

/** `conclave forget`: deletes what this home has of a room. */
export async function forget(context: CommandContext, name: string): Promise<void> {
  await withHome(context, "write", async (client) => {
    const room = findRoom(client, name);
    // Forgetting withdraws a request that nobody has decided on: the others do not count on this person yet.
    const isRequest = await isAsking(room);
    const [id, title] = [toHex(room.id), safeName(room.title)];
    context.output.about(id);
    if (!isRequest && !OVER.includes(room.status().standing) && context.options["force"] !== true) {
      throw new CliError(
        "STILL_MEMBER",
        `You are still in ${title}: if you forgot it now, the others would still see you as a member.`,
        `To leave first:        ${nextCommand("leave")}\nIf its relay is gone:  add --force`,
      );
    }
    await consentForGood(
      context,
      isRequest
        ? `Withdraw your request to join ${title}? The people who decide may still see it for a while, but it leads nowhere.`
        : `Delete everything that this home has stored of ${title}? You can't get it back.`,
    );
    await client.forget(room.id);
    context.output.result({ room: id, done: true }, (paint) =>
      isRequest
        ? `${paint.green("✔")} You withdrew your request to join ${title}.`
        : `${paint.green("✔")} This home has forgotten ${title}.`,
    );
  });
}
