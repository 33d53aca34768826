import type { Settled } from "../model/session.js";
import { type CommandContext, waiting, withHome } from "../program/globals.js";
import type { Paint } from "../terminal/paint.js";
import { safeLine, safeName } from "../terminal/safeText.js";

/** `conclave sync`: sends what waits, takes in what is new, and does what is owed in the room. */
export async function sync(context: CommandContext): Promise<void> {
  const { output } = context;
  await withHome(context, "write", async (home) => {
    const room = home.room(context.room);
    output.about(room.summary().id);
    const before = room.status();
    await waiting(output, room.sync());
    await waiting(output, room.flushed());
    const settled = await waiting(output, room.settle());
    const { n, pending } = room.status();
    const sent = Math.max(0, before.pending - pending);
    const document = { room: room.summary(), records: n - before.n, sent, ...settled };
    output.result(document, (paint) => [
      `${paint.bold(safeName(room.summary().title))} is up to date.`,
      ...linesOf(settled, sent, paint),
    ]);
  });
}

function linesOf({ decisions, hasRekeyed, hasRefreshed }: Settled, sent: number, paint: Paint): string[] {
  const done = [
    ...(sent === 0
      ? []
      : [`sent ${sent === 1 ? "the message that was waiting" : `${sent} messages that were waiting`}`]),
    ...decisions.map(({ summary }) => safeLine(summary)),
    ...(hasRekeyed ? ["new keys for who had joined"] : []),
    ...(hasRefreshed ? ["the invite links lead into the room as it is now"] : []),
  ];
  return done.map((line) => `  ${paint.green("✔")} ${line}`);
}
