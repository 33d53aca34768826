import { CliError, usageError } from "../cliError.js";
import { EXIT } from "../exitCode.js";
import { newAlarms, untilStopped, withHome, withRoom, waiting, type CommandContext } from "../program/globals.js";
import { aboutNotes, openOutgoing } from "../session/outgoingFile.js";
import { canAsk, consent } from "../terminal/consent.js";
import { fileSize } from "../terminal/fileSize.js";
import { safeName } from "../terminal/safeText.js";
import { readStandardInput } from "../terminal/standardInput.js";

const PATIENCE = 20_000;
/** Bytes from which sending is something to be told of. */
const NOTICED = 4_000_000;

/** `conclave send`: the message is stored before anything else, so that it is never lost. */
export async function send({ output, options, ...context }: CommandContext, given: string): Promise<void> {
  if (typeof options["file"] === "string") {
    await sendFile({ output, options, ...context }, options["file"], given);
    return;
  }
  const text = given === "-" ? await readStandardInput() : given;
  if (text.trim() === "") throw usageError("There is nothing to send.");
  await withHome({ output, options, ...context }, "write", async (home) => {
    const room = home.room(context.room);
    output.about(room.summary().id);
    const message = await room.send(text);
    if (options["wait"] === false) {
      output.result({ message }, () => "Stored. It is sent the next time that this home is connected.");
      return;
    }
    const tellAlarms = newAlarms(output, room);
    try {
      await waiting(output, room.flushed(PATIENCE));
    } finally {
      tellAlarms();
    }
    output.result({ message: await room.messages.find(message.id) }, (paint) => `${paint.green("✔")} sent`);
  });
}

/** `conclave send --file`: needs the relay, and says how far it is when it takes a while. */
async function sendFile(context: CommandContext, path: string, caption: string): Promise<void> {
  const { output, options } = context;
  if (options["wait"] === false) throw usageError("A file is sent while one waits: leave out --no-wait or --file.");
  const { file, notes, close } = await openOutgoing(path, options["original"] === true);
  try {
    if (notes === "kept") {
      const about = aboutNotes(safeName(file.name));
      if (!canAsk(context)) {
        const hint = "Add --original to send it as it is, or make a JPEG or PNG of it.";
        throw new CliError("PICTURE_NOTES", `${about} Nothing was sent.`, hint, EXIT.usage);
      }
      await consent(context, `${about} Send it as it is?`);
    }
    await withRoom(context, "write", async (room) => {
      if (file.size > NOTICED) output.note(`Sending ${path} (${fileSize(file.size)}) …`);
      const message = await untilStopped((signal) => room.sendFile({ ...file, caption }, signal));
      await waiting(output, room.flushed(PATIENCE));
      output.result({ message: await room.messages.find(message.id), notes }, (paint) =>
        notes === "removed"
          ? `${paint.green("✔")} sent, without what the camera wrote into it (--original sends that too)`
          : `${paint.green("✔")} sent`,
      );
    });
  } finally {
    await close();
  }
}
