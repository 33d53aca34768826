import { linesOf } from "../chat/plainLine.js";
import { withSession, type CommandContext } from "../program/globals.js";
import { wholeNumber } from "./wholeNumber.js";

/** `conclave history`: what is stored here, oldest first. */
export async function history(context: CommandContext): Promise<void> {
  const last = wholeNumber("--last", context.options["last"], 1_000_000);
  await withSession(context, "read", "history", async (session) => {
    const items = await session.room(context.room).timeline(last);
    context.output.result({ items }, (paint) => items.flatMap((item) => linesOf(item, paint, { withDay: true })));
  });
}
