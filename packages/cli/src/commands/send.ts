import { CliError, usageError } from "../cliError.js";
import { EXIT } from "../exitCode.js";
import { withHome, waiting, type CommandContext } from "../program/globals.js";
import { readStandardInput } from "../terminal/standardInput.js";

const PATIENCE = 20_000;

/** `conclave send`: the message is stored before anything else, so that it is never lost. */
export async function send({ output, options, ...context }: CommandContext, given: string): Promise<void> {
  const text = given === "-" ? await readStandardInput() : given;
  if (text.trim() === "") throw usageError("There is nothing to send.");
  await withHome({ output, options, ...context }, "write", async (home) => {
    const room = home.room(context.room);
    const message = await room.send(text);
    if (options["wait"] === false) {
      output.result({ message }, () => "Stored. It is sent the next time that this home is connected.");
      return;
    }
    try {
      await waiting(output, room.sync(PATIENCE));
      await waiting(output, room.flushed(PATIENCE));
    } catch (error) {
      if (!(error instanceof CliError) || error.exit !== EXIT.unreachable) throw error;
      const kept = "Your message is stored, and is sent the next time that this home is connected.";
      throw new CliError(error.code, `${error.message} ${kept}`, error.hint, error.exit);
    }
    output.result({ message: { ...message, state: "sent" } }, (paint) => `${paint.green("✔")} sent`);
  });
}
