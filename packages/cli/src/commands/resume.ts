import { withRoom, type CommandContext } from "../program/globals.js";

/** `conclave resume`: somebody has looked at what stopped sending, and goes on. */
export async function resume(context: CommandContext): Promise<void> {
  await withRoom(context, "write", async (room) => {
    const { paused } = room.status();
    await room.resume();
    const { paused: still } = room.status();
    context.output.result({ wasPaused: paused, paused: still }, (paint) =>
      still !== null
        ? `${paint.yellow("…")} Still stopped: ${still}`
        : paused === null
          ? "Nothing was stopped."
          : `${paint.green("✔")} Sending goes on.`,
    );
  });
}
