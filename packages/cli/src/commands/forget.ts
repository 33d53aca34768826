import { CliError } from "../cliError.js";
import { type CommandContext, withHome } from "../program/globals.js";
import { consentForGood } from "../terminal/consent.js";
import { nextCommand } from "../terminal/nextCommand.js";
import { safeName } from "../terminal/safeText.js";

/** Where nothing is lost to the room by forgetting it. */
const OVER = ["left", "removed", "lost", "restored"];

/** `conclave forget`: deletes what this home has of a room. */
export async function forget(context: CommandContext, name: string): Promise<void> {
  await withHome(context, "write", async (home) => {
    const room = home.room(name);
    // A request that nobody has decided on is taken back by it: the others count on nobody yet.
    const isAsking = await room.isAsking();
    const { id, title, standing } = room.summary();
    context.output.about(id);
    if (!isAsking && !OVER.includes(standing) && context.options["force"] !== true) {
      throw new CliError(
        "STILL_MEMBER",
        `You are still in ${safeName(title)}: the others would go on counting on you.`,
        `Leave first:            ${nextCommand("leave")}\nIts relay is gone:      add --force`,
      );
    }
    await consentForGood(
      context,
      isAsking
        ? `Take back your request to join ${safeName(title)}? Who decides may still see it for a while; it leads nowhere then.`
        : `Delete everything that this home has of ${safeName(title)}? It cannot be got back.`,
    );
    await home.forget(id);
    context.output.result({ room: id, done: true }, (paint) =>
      isAsking
        ? `${paint.green("✔")} You do not ask to join ${safeName(title)} any more.`
        : `${paint.green("✔")} This home has nothing of ${safeName(title)} any more.`,
    );
  });
}
