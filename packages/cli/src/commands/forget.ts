import { CliError } from "../cliError.js";
import { toHex } from "@conclave/codec";
import type { CommandContext } from "../program/context.js";
import { withHome } from "../program/withRoom.js";
import { isAsking } from "../room/inStep.js";
import { findRoom } from "../session/home.js";
import { consentForGood } from "../terminal/consent.js";
import { nextCommand } from "../terminal/nextCommand.js";
import { safeName } from "../terminal/safeText.js";

/** Where nothing is lost to the room by forgetting it. */
const OVER = ["left", "removed", "lost", "restored"];

/** `conclave forget`: deletes what this home has of a room. */
export async function forget(context: CommandContext, name: string): Promise<void> {
  await withHome(context, "write", async (client) => {
    const room = findRoom(client, name);
    // A request that nobody has decided on is taken back by it: the others count on nobody yet.
    const isRequest = await isAsking(room);
    const [id, title] = [toHex(room.id), safeName(room.title)];
    context.output.about(id);
    if (!isRequest && !OVER.includes(room.status().standing) && context.options["force"] !== true) {
      throw new CliError(
        "STILL_MEMBER",
        `You are still in ${title}: the others would go on counting on you.`,
        `Leave first:            ${nextCommand("leave")}\nIts relay is gone:      add --force`,
      );
    }
    await consentForGood(
      context,
      isRequest
        ? `Take back your request to join ${title}? Who decides may still see it for a while; it leads nowhere then.`
        : `Delete everything that this home has of ${title}? It cannot be got back.`,
    );
    await client.forget(room.id);
    context.output.result({ room: id, done: true }, (paint) =>
      isRequest
        ? `${paint.green("✔")} You do not ask to join ${title} any more.`
        : `${paint.green("✔")} This home has nothing of ${title} any more.`,
    );
  });
}
