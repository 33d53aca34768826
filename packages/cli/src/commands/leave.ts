import { CliError } from "../cliError.js";
import { toHex } from "@conclave/codec";
import type { CommandContext } from "../program/context.js";
import { withRoom } from "../program/withRoom.js";
import { sayFarewell, stay } from "../room/leave.js";
import { consentForGood } from "../terminal/consent.js";
import { nextCommand } from "../terminal/nextCommand.js";
import { safeName } from "../terminal/safeText.js";

/** `conclave leave`, and `--undo` while nobody has carried it out. */
export async function leave(context: CommandContext): Promise<void> {
  await withRoom(context, "write", async (room) => {
    const [id, title] = [toHex(room.id), safeName(room.title)];
    if (context.options["undo"] === true) {
      if (!room.status().isLeaving) throw new CliError("NOT_LEAVING", "You have not asked to leave this room.");
      await stay(room);
      context.output.result(
        { room: id, done: false, stays: true },
        (paint) => `${paint.green("✔")} You stay in ${title}. What was said in the meantime is in its history.`,
      );
      return;
    }
    const isAlone = room.members().every(({ isYou }) => isYou);
    await consentForGood(
      context,
      isAlone
        ? `Leave ${title}? You are its only member: nobody can let anyone in afterwards, so the room ends.`
        : `Leave ${title}? To come back, somebody there has to let you in.`,
    );
    const isGone = await sayFarewell(room);
    context.output.result({ room: id, done: isGone }, (paint) =>
      isGone
        ? `${paint.green("✔")} You have left ${title}.`
        : [
            `${paint.green("✔")} You asked to leave ${title}.`,
            paint.dim(
              "When another member is next online, you are removed from the list and the keys change. From now on",
            ),
            paint.dim("this home sends nothing there and shows nothing new. To stay after all:"),
            "",
            `  ${nextCommand("leave", "--undo")}`,
          ],
    );
  });
}
