import type { RoomSession, Settled } from "@conclave/client";
import { roomDocument } from "../documents/roomDocument.js";
import { decisionDocument } from "../documents/timelineDocument.js";
import type { CommandContext } from "../program/context.js";
import { forRoom, waiting } from "../program/waiting.js";
import { roomOf, withHome } from "../program/withRoom.js";
import { flushed, sync as inStep } from "../room/inStep.js";
import { decisionSummary, labelsOf } from "../session/decisionView.js";
import type { Paint } from "../terminal/paint.js";
import { safeLine, safeName } from "../terminal/safeText.js";

/** How long the work that is due in a room may take (ms). */
const SETTLE_MS = 20_000;

/** `conclave sync`: sends what is waiting, receives what is new, and does what is due in the room. */
export async function sync(context: CommandContext): Promise<void> {
  const { output } = context;
  await withHome(context, "write", async (client) => {
    const room = roomOf(context, client);
    const before = room.status();
    await waiting(output, inStep(room), forRoom(room));
    await waiting(output, flushed(room), forRoom(room));
    const settled = await waiting(output, room.settle(SETTLE_MS));
    const { n, pending } = room.status();
    const sent = Math.max(0, before.pending - pending);
    const { decisions, ...rest } = settled;
    const document = {
      room: roomDocument(room),
      records: n - before.n,
      sent,
      ...rest,
      decisions: decisions.map((decision) => decisionDocument(room, decision)),
    };
    output.result(document, (paint) => [
      `${paint.bold(safeName(room.title))} is up to date.`,
      ...linesOf(room, settled, sent, paint),
    ]);
  });
}

function linesOf(
  room: RoomSession,
  { decisions, hasRekeyed, hasRefreshed }: Settled,
  sent: number,
  paint: Paint,
): string[] {
  const labelOf = labelsOf(room);
  const done = [
    ...(sent === 0
      ? []
      : [`sent ${sent === 1 ? "the message that was waiting" : `${sent} messages that were waiting`}`]),
    ...decisions.map((decision) => safeLine(decisionSummary(decision, labelOf))),
    ...(hasRekeyed ? ["gave the room new keys, because somebody had joined"] : []),
    ...(hasRefreshed ? ["brought the invite links up to date"] : []),
  ];
  return done.map((line) => `  ${paint.green("✔")} ${line}`);
}
