import type { Decision } from "../model/timeline.js";
import { type CommandContext, withRoom } from "../program/globals.js";
import type { Paint } from "../terminal/paint.js";
import { safeLine } from "../terminal/safeText.js";
import { table } from "../terminal/table.js";
import { dayAndTime } from "../terminal/when.js";

/** `conclave log`: every decision, all checked when they were accepted. */
export async function log(context: CommandContext): Promise<void> {
  await withRoom(context, "read", (room) => {
    const decisions = room.decisions();
    context.output.result({ room: room.summary(), decisions }, (paint) => [
      ...decisionTable(decisions, paint),
      "",
      paint.dim(
        `${decisions.length} ${decisions.length === 1 ? "decision" : "decisions"}, all signed, all verified against the room's policy on this machine.`,
      ),
    ]);
  });
}

/** One line for each decision: number, time, what, by what right. */
function decisionTable(decisions: readonly Decision[], paint: Paint): string[] {
  return table(
    decisions.map(({ seq, time, summary, right }) => [
      { text: String(seq).padStart(3), paint: paint.dim },
      { text: dayAndTime(time), paint: paint.dim },
      safeLine(summary),
      { text: safeLine(right.text), paint: paint.dim },
    ]),
  );
}
