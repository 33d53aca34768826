import type { Client, RoomSession } from "@conclave/client";
import { pauseDocument } from "../documents/roomDocument.js";
import type { CommandContext } from "../program/context.js";
import { waiting } from "../program/waiting.js";
import { hasLooked, roomOf, withHome } from "../program/withRoom.js";
import { flushed, untilBack } from "../room/inStep.js";
import { resumeSending } from "../room/resumeSending.js";
import { comeBack, findRoom } from "../session/home.js";
import { pauseSentence } from "../session/pauseSentence.js";
import { nextCommand } from "../terminal/nextCommand.js";
import { safeName, safeText } from "../terminal/safeText.js";

/**
 * `conclave resume`: the person has looked at the alarms, and sending goes on if an alarm had stopped it. A home that is a copy
 * comes back with its own recovery words, as a new device.
 */
export async function resume(context: CommandContext): Promise<void> {
  const { output } = context;
  await withHome(context, "write", async (client) => {
    const room = roomOf(context, client);
    // The alarm may be that the room cannot be read to its end: the person has looked at it all the same.
    const wasCopy = isCopy(room);
    const isWhole = await isInStep(context, room);
    if (wasCopy || isCopy(room)) {
      await returned(context, client, room);
      return;
    }
    const { paused, alarms, pending } = room.status();
    await resumeSending(room);
    // That sending is allowed does not mean that it happens: wait until the messages have been sent.
    if (isWhole && room.status().paused === null && pending > 0) await waiting(output, flushed(room));
    const still = isWhole ? room.status().paused : paused;
    const looked = alarms.length === 1 ? "the alarm" : "the alarms";
    output.result(
      {
        wasPaused: pauseDocument(paused),
        paused: pauseDocument(still),
        looked: alarms.length,
        sent: still === null ? pending : 0,
        hasReturned: false,
      },
      (paint) => {
        if (still !== null)
          return [
            `${paint.yellow("…")} Sending is still stopped: ${safeText(pauseSentence(still))}`,
            `  ${nextCommand("status")}`,
          ];
        const sent =
          pending === 0
            ? ""
            : pending === 1
              ? " The message that was waiting has been sent."
              : ` The ${pending} messages that were waiting have been sent.`;
        if (paused !== null) return `${paint.green("✔")} You can send again.${sent}`;
        return alarms.length === 0
          ? `Sending was not stopped.${sent}`
          : `${paint.green("✔")} You have looked at ${looked}; sending was not stopped.${sent}`;
      },
    );
  });
}

/** Whether the room is in step with its relay. Finding out only now that this home is a copy is no error here. */
async function isInStep({ output }: CommandContext, room: RoomSession): Promise<boolean> {
  try {
    return await hasLooked(output, room);
  } catch (error) {
    if (!isCopy(room)) throw error;
    return false;
  }
}

function isCopy(room: RoomSession): boolean {
  return room.status().standing === "restored";
}

async function returned({ output, room: selector }: CommandContext, client: Client, room: RoomSession): Promise<void> {
  const { paused, alarms } = room.status();
  if (isCopy(room) && !(await waiting(output, untilBack(room)))) await waiting(output, comeBack(client, room));
  const here = findRoom(client, selector);
  await resumeSending(here);
  output.result(
    {
      wasPaused: pauseDocument(paused),
      paused: pauseDocument(here.status().paused),
      looked: alarms.length,
      sent: 0,
      hasReturned: true,
    },
    (paint) =>
      `${paint.green("✔")} You are back in ${paint.bold(safeName(here.title))} as a new device, in place of the old one. Any other copy of this home is locked out.`,
  );
}
