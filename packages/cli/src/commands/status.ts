import { EXIT } from "../exitCode.js";
import type { RoomStatus } from "../model/room.js";
import { withSession, type CommandContext } from "../program/globals.js";
import type { Paint } from "../terminal/paint.js";
import { freshnessLine } from "../model/freshness.js";
import { safeName, safeText } from "../terminal/safeText.js";

const PATIENCE = 10_000;

/** `conclave status`: exit code 5 when there is an alarm. */
export async function status(context: CommandContext): Promise<void> {
  const isOffline = context.options["offline"] === true;
  await withSession(context, isOffline ? "read" : "write", "status", async (session) => {
    const room = session.room(context.room);
    if (!isOffline) await room.sync(PATIENCE);
    const current = room.status();
    const summary = room.summary();
    context.output.result({ room: summary, status: current }, (paint) => [
      `${paint.bold(safeName(summary.title))} ${paint.dim(summary.id.slice(0, 12))}`,
      "",
      `  membership  ${summary.membership}${summary.role === null ? "" : ` (${summary.role})`}`,
      `  relay       ${summary.relay}, ${isOffline ? "not asked" : current.connection}`,
      `  members     ${freshnessLine(current)}`,
      `  decisions   ${current.seq + 1}, epoch ${current.epoch}`,
      `  to send     ${current.pending === 0 ? "nothing" : current.pending}`,
      ...(current.paused === null ? [] : [`  sending     ${paint.red("stopped")}: ${safeText(current.paused)}`]),
      ...alarmLines(current, paint),
    ]);
    if (current.alarms.length > 0) process.exitCode = EXIT.alarm;
  });
}

function alarmLines({ alarms }: RoomStatus, paint: Paint): string[] {
  return alarms.flatMap(({ code, sentence, advice, proof }) => [
    "",
    paint.red(paint.bold(`ALARM  ${safeText(sentence)}`)),
    `  ${safeText(advice)}`,
    paint.dim(`  ${code}${proof === null ? "" : `, proof: ${proof}`}`),
  ]);
}
