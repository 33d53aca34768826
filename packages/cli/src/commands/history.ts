import { linesOf } from "../chat/plainLine.js";
import { type CommandContext, withRoom } from "../program/globals.js";
import { wholeNumber } from "./wholeNumber.js";

/** `conclave history`: what is stored here, oldest first. */
export async function history(context: CommandContext): Promise<void> {
  const last = wholeNumber("--last", context.options["last"], 1_000_000);
  const withIds = context.options["ids"] === true;
  await withRoom(context, "read", async (room) => {
    const items = await room.timeline(last);
    context.output.result({ items }, (paint) =>
      items.flatMap((item) => linesOf(item, paint, { withDay: true, withIds })),
    );
  });
}
