import { linesOf } from "../chat/plainLine.js";
import { itemDocument } from "../documents/timelineDocument.js";
import type { CommandContext } from "../program/context.js";
import { withRoom } from "../program/withRoom.js";
import { newest } from "../room/newest.js";
import { proofsIn } from "../room/proofs.js";
import { labelsOf, offersIn } from "../session/decisionView.js";
import { wholeNumber } from "./wholeNumber.js";

/** `conclave history`: the messages stored here, oldest first. */
export async function history(context: CommandContext): Promise<void> {
  const last = wholeNumber("--last", context.options["last"], 1_000_000);
  const withIds = context.options["ids"] === true;
  await withRoom(context, "read", async (room) => {
    const items = await newest(room, last);
    const proofOf = proofsIn(context.home, room);
    const told = { labelOf: labelsOf(room), offerOf: offersIn(room) };
    context.output.result({ items: items.map((item) => itemDocument(room, item, proofOf)) }, (paint) =>
      items.flatMap((item) => linesOf(item, paint, { ...told, withDay: true, withIds })),
    );
  });
}
