import { type CommandContext, withRoom } from "../program/globals.js";
import { consentForGood } from "../terminal/consent.js";
import { safeName } from "../terminal/safeText.js";

/** `conclave leave`. */
export async function leave(context: CommandContext): Promise<void> {
  await withRoom(context, "write", async (room) => {
    const { title, id } = room.summary();
    const isAlone = room.members().every(({ isYou }) => isYou);
    await consentForGood(
      context,
      isAlone
        ? `Leave ${safeName(title)}? You are its only member: nobody can let anybody in afterwards, and the room ends.`
        : `Leave ${safeName(title)}? To come back, somebody there has to let you in.`,
    );
    const isGone = await room.leave();
    context.output.result({ room: id, done: isGone }, (paint) =>
      isGone
        ? `${paint.green("✔")} You have left ${safeName(title)}.`
        : [
            `${paint.green("✔")} You have said farewell to ${safeName(title)}.`,
            paint.dim("Its keys change as soon as one of the others comes online; that takes you off the list."),
          ],
    );
  });
}
