import type { RoomSession } from "@conclave/client";
import { roomDocument } from "../documents/roomDocument.js";
import { decisionDocument } from "../documents/timelineDocument.js";
import type { CommandContext } from "../program/context.js";
import { withRoom } from "../program/withRoom.js";
import { decisionRight, decisionSummary, labelsOf, offersIn } from "../session/decisionView.js";
import type { Paint } from "../terminal/paint.js";
import { safeLine } from "../terminal/safeText.js";
import { table } from "../terminal/table.js";
import { dayAndTime } from "../terminal/when.js";

/** `conclave log`: every decision. Each was checked when it was accepted. */
export async function log(context: CommandContext): Promise<void> {
  await withRoom(context, "read", (room) => {
    const decisions = room.decisions();
    const document = { room: roomDocument(room), decisions: decisions.map((each) => decisionDocument(room, each)) };
    context.output.result(document, (paint) => [
      ...decisionTable(room, paint),
      ...offers(room, paint),
      "",
      paint.dim(
        `${decisions.length} ${decisions.length === 1 ? "decision" : "decisions"}, all signed, all verified against the room's policy on this machine.`,
      ),
    ]);
  });
}

/** What can be done, with the number of the newest decision that it is about: once for each person. */
function offers(room: RoomSession, paint: Paint): string[] {
  const offerOf = offersIn(room);
  const newest = new Map(room.decisions().map((decision) => [offerOf(decision), decision.seq]));
  newest.delete(null);
  return [...newest].flatMap(([offer, seq]) => ["", `${paint.dim(String(seq).padStart(3))}  ${offer!}`]);
}

/** One line for each decision: number, time, what, by what right. */
function decisionTable(room: RoomSession, paint: Paint): string[] {
  const labelOf = labelsOf(room);
  return table(
    room
      .decisions()
      .map((decision) => [
        { text: String(decision.seq).padStart(3), paint: paint.dim },
        { text: dayAndTime(decision.time), paint: paint.dim },
        safeLine(decisionSummary(decision, labelOf)),
        { text: safeLine(decisionRight(decision)), paint: paint.dim },
      ]),
  );
}
