import { type CommandContext, hasLooked, waiting, withHome } from "../program/globals.js";
import { nextCommand } from "../terminal/nextCommand.js";
import { safeText } from "../terminal/safeText.js";

const PATIENCE = 20_000;

/** `conclave resume`: somebody has looked at the alarms, and goes on sending where they stopped it. */
export async function resume(context: CommandContext): Promise<void> {
  await withHome(context, "write", async (home) => {
    const room = home.room(context.room);
    context.output.about(room.summary().id);
    // What the alarm is about may be that the room cannot be read to its end: it is looked at all the same.
    const isWhole = await hasLooked(context.output, room);
    const { paused, alarms, pending } = room.status();
    await room.resume();
    // That it is allowed is no sign that it happens: what waited is waited for.
    if (isWhole && room.status().paused === null && pending > 0) await waiting(context.output, room.flushed(PATIENCE));
    const still = isWhole ? room.status().paused : paused;
    const looked = alarms.length === 1 ? "the alarm" : "the alarms";
    context.output.result(
      { wasPaused: paused, paused: still, looked: alarms.length, sent: still === null ? pending : 0 },
      (paint) => {
        if (still !== null)
          return [`${paint.yellow("…")} Still stopped: ${safeText(still.message)}`, `  ${nextCommand("status")}`];
        const sent =
          pending === 0
            ? ""
            : pending === 1
              ? " The message that waited is sent."
              : ` The ${pending} messages that waited are sent.`;
        if (paused !== null) return `${paint.green("✔")} You can send again.${sent}`;
        return alarms.length === 0
          ? `Nothing was stopped.${sent}`
          : `${paint.green("✔")} You have looked at ${looked}; nothing was stopped.${sent}`;
      },
    );
  });
}
