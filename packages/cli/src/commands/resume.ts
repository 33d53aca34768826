import { withRoom, type CommandContext } from "../program/globals.js";

/** `conclave resume`: somebody has looked at the alarms, and goes on sending where they stopped it. */
export async function resume(context: CommandContext): Promise<void> {
  await withRoom(context, "write", async (room) => {
    const { paused, alarms } = room.status();
    await room.resume();
    const { paused: still } = room.status();
    context.output.result({ wasPaused: paused, paused: still, looked: alarms.length }, (paint) =>
      still !== null
        ? `${paint.yellow("…")} Still stopped: ${still.message}`
        : paused === null
          ? alarms.length === 0
            ? "Nothing was stopped."
            : `${paint.green("✔")} You have looked at ${alarms.length === 1 ? "the alarm" : "the alarms"}; nothing was stopped.`
          : `${paint.green("✔")} Sending goes on.`,
    );
  });
}
