import { withSession, type CommandContext } from "../program/globals.js";
import { consent } from "../terminal/consent.js";
import { safeName } from "../terminal/safeText.js";

/** `conclave leave`. */
export async function leave(context: CommandContext): Promise<void> {
  await withSession(context, "write", "leave", async (session) => {
    const room = session.room(context.room);
    const { title, id } = room.summary();
    await consent(context, `Leave ${safeName(title)}?`);
    await room.leave();
    context.output.result({ room: id, done: true }, (paint) => `${paint.green("✔")} You have left ${safeName(title)}.`);
  });
}
