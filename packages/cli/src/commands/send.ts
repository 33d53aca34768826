import { usageError } from "../cliError.js";
import { withSession, type CommandContext } from "../program/globals.js";
import { readStandardInput } from "../terminal/standardInput.js";

const PATIENCE = 20_000;

/** `conclave send`. */
export async function send(context: CommandContext, given: string): Promise<void> {
  const text = given === "-" ? await readStandardInput() : given;
  if (text.trim() === "") throw usageError("There is nothing to send.");
  await withSession(context, "write", "send", async (session) => {
    const room = session.room(context.room);
    const message = await room.send(text);
    const isWaiting = context.options["wait"] !== false;
    if (isWaiting) await room.flushed(PATIENCE);
    const { pending } = room.status();
    context.output.result({ message: { ...message, state: pending === 0 ? "sent" : "pending" } }, (paint) =>
      pending === 0 ? `${paint.green("✔")} sent` : "Stored. It will be sent when the relay can be reached.",
    );
  });
}
