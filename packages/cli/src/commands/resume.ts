import type { Home } from "../session/home.js";
import type { HomeRoom } from "../session/homeRoom.js";
import { type CommandContext, hasLooked, waiting, withHome } from "../program/globals.js";
import { nextCommand } from "../terminal/nextCommand.js";
import { safeName, safeText } from "../terminal/safeText.js";

/**
 * `conclave resume`: somebody has looked at the alarms, and goes on sending where they stopped it. A home that is a copy comes
 * back by its own recovery words, as a new device.
 */
export async function resume(context: CommandContext): Promise<void> {
  const { output } = context;
  await withHome(context, "write", async (home) => {
    const room = home.room(context.room);
    output.about(room.summary().id);
    // What the alarm is about may be that the room cannot be read to its end: it is looked at all the same.
    const isWhole = await isInStep(context, room);
    if (isCopy(room)) {
      await comeBack(context, home, room);
      return;
    }
    const { paused, alarms, pending } = room.status();
    await room.resume();
    // That it is allowed is no sign that it happens: what waited is waited for.
    if (isWhole && room.status().paused === null && pending > 0) await waiting(output, room.flushed());
    const still = isWhole ? room.status().paused : paused;
    const looked = alarms.length === 1 ? "the alarm" : "the alarms";
    output.result(
      {
        wasPaused: paused,
        paused: still,
        looked: alarms.length,
        sent: still === null ? pending : 0,
        hasReturned: false,
      },
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

/** Whether the room is in step with its relay. That this home is a copy may be found out only now, and is no error here. */
async function isInStep({ output }: CommandContext, room: HomeRoom): Promise<boolean> {
  try {
    return await hasLooked(output, room);
  } catch (error) {
    if (!isCopy(room)) throw error;
    return false;
  }
}

function isCopy(room: HomeRoom): boolean {
  return room.summary().standing === "restored";
}

async function comeBack({ output, room: selector }: CommandContext, home: Home, room: HomeRoom): Promise<void> {
  const { paused, alarms } = room.status();
  await waiting(output, home.comeBack(room));
  const here = home.room(selector);
  await here.resume();
  output.result(
    { wasPaused: paused, paused: here.status().paused, looked: alarms.length, sent: 0, hasReturned: true },
    (paint) =>
      `${paint.green("✔")} You are back in ${paint.bold(safeName(here.summary().title))}, as a new device in the place of the old one. Any other copy of this home is out.`,
  );
}
