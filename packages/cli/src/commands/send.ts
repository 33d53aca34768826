import { MessageNonce, newMessageNonce } from "@conclave/protocol";
import type { RoomSession, TimelineMessage } from "@conclave/client";
import { systemRandom } from "@conclave/client/node";
import { fromHex, toHex } from "@conclave/codec";
import { CliError, usageError } from "../cliError.js";
import { EXIT } from "../exitCode.js";
import { messageDocument } from "../documents/messageDocument.js";
import type { CommandContext } from "../program/context.js";
import { forRoom, untilStopped, waiting } from "../program/waiting.js";
import { newAlarms, roomOf, settle, withHome, withRoom } from "../program/withRoom.js";
import { askFirst, mustBeFresh } from "../room/askFirst.js";
import { attachFile } from "../room/files.js";
import { nowOf } from "../room/findMessage.js";
import { flushed, statusInStep, sync } from "../room/inStep.js";
import { sendText } from "../room/sendText.js";
import { oldSentence } from "../session/freshnessLine.js";
import { notSent } from "../session/fate.js";
import { aboutNotes, openOutgoing } from "../session/outgoingFile.js";
import { canAsk, consent } from "../terminal/consent.js";
import { fileSize } from "../terminal/fileSize.js";
import type { Output } from "../terminal/output.js";
import { safeName } from "../terminal/safeText.js";
import { readStandardInput } from "../terminal/standardInput.js";

const ASKING = "Waiting for those who decide here to answer …";
/** From this many bytes on, a person is told that the file is being sent. */
const SHOW_PROGRESS_BYTES = 4_000_000;

/**
 * `conclave send`: asks the relay how the room stands, stores the message, sends it. Once a message is stored, the command never
 * says that it failed: the home sends it by itself, so the command says what became of it.
 */
export async function send(context: CommandContext, given: string): Promise<void> {
  const { output, options } = context;
  if (typeof options["file"] === "string") {
    await sendFile(context, options["file"], given);
    return;
  }
  const text = given === "-" ? await readStandardInput() : given;
  if (text.trim() === "") throw usageError("There is nothing to send.");
  if (options["wait"] === false && options["fresh"] === true)
    throw usageError("You have to wait for those who confirm the list of members: leave out --no-wait.");
  const once = onceOf(options["once"]);
  await withHome(context, "write", async (client) => {
    const room = roomOf(context, client);
    // Somebody who is out of the room is told before anything is stored. A relay that does not answer stops nobody from writing.
    if (options["wait"] !== false && (await isHere(output, room))) await settle(output, room);
    await checkList(context, room);
    const message = await stored(room, text, once);
    if (options["wait"] === false) {
      output.result(
        { message: messageDocument(message) },
        () => "Stored. It will be sent the next time this home connects.",
      );
      return;
    }
    const tellAlarms = newAlarms(output, room);
    try {
      await waiting(output, flushed(room), forRoom(room));
    } catch (error) {
      throw withOnce(error, once);
    } finally {
      tellAlarms();
    }
    output.result({ message: messageDocument(await nowOf(room, message)) }, (paint) => `${paint.green("✔")} sent`);
  });
}

/**
 * RULE: cli.stale-asked: a person is asked before something goes to a list that nobody has confirmed for too long (attack A20). A
 * script is told, and sends: an owner who is asleep must not stop it. With `--fresh` it sends nothing to such a list.
 */
async function checkList(context: CommandContext, room: RoomSession): Promise<void> {
  const { output, options } = context;
  if (options["wait"] === false) return;
  if (options["fresh"] === true) {
    await waiting(output, mustBeFresh(room), ASKING);
    return;
  }
  await askFirst(room, async (question) => {
    if (canAsk(context)) await consent(context, question);
    else output.warn(oldSentence(room.status().freshness), "STALE");
    return true;
  });
}

/** Whether the relay has answered, and the room is at its head. @throws CliError where this home may not write there. */
async function isHere(output: Output, room: RoomSession): Promise<boolean> {
  try {
    await waiting(output, statusInStep(room));
    await waiting(output, sync(room), forRoom(room));
    return true;
  } catch (error) {
    // A passing obstacle stops nobody from writing: what became of the message is said below.
    if (!(error instanceof CliError)) throw error;
    if (room.status().standing === "member") return false;
    throw notSent(error, "message");
  }
}

async function stored(room: RoomSession, text: string, once: string): Promise<TimelineMessage> {
  try {
    return await sendText(room, text, MessageNonce.of(fromHex(once)));
  } catch (error) {
    throw withOnce(error, once);
  }
}

/** Adds what the message is sent again with, so that it is in the room once, whatever became of it before. */
function withOnce(error: unknown, once: string): unknown {
  if (!(error instanceof CliError)) return error;
  const { code, message, hint, exit, fate } = error;
  const again = code === "UNSURE" ? `To try again without sending it twice, add:  --once ${once}` : null;
  const hints = [hint, again].filter((each) => each !== null).join("\n");
  return Object.assign(new CliError(code, message, hints === "" ? null : hints, exit, { once }), { fate });
}

function onceOf(given: unknown): string {
  if (given === undefined) return toHex(newMessageNonce(systemRandom));
  if (typeof given === "string" && /^[0-9a-f]{32}$/iu.test(given)) return given.toLowerCase();
  throw usageError("That is not valid for --once.", "It takes 32 hexadecimal digits.");
}

/** `conclave send --file`: needs the relay. Says that a large file is being sent. */
async function sendFile(context: CommandContext, path: string, caption: string): Promise<void> {
  const { output, options } = context;
  if (options["wait"] === false) throw usageError("You have to wait while a file is sent: leave out --no-wait.");
  const { file, notes, close } = await openOutgoing(path, options["original"] === true);
  try {
    if (notes === "kept") {
      const about = aboutNotes(safeName(file.name));
      if (!canAsk(context)) {
        const hint = "Add --original to send it as it is, or convert it to JPEG or PNG.";
        throw new CliError("PICTURE_NOTES", `${about} Nothing was sent.`, hint, EXIT.usage);
      }
      await consent(context, `${about} Send it as it is?`);
    }
    await withRoom(context, "write", async (room) => {
      await checkList(context, room);
      if (file.size > SHOW_PROGRESS_BYTES) output.note(`Sending ${path} (${fileSize(file.size)}) …`);
      const message = await untilStopped((signal) => attachFile(room, { ...file, caption }, signal));
      await waiting(output, flushed(room), forRoom(room));
      output.result({ message: messageDocument(await nowOf(room, message)), notes }, (paint) =>
        notes === "removed"
          ? `${paint.green("✔")} sent, without the details that the camera stored in it (--original sends those too)`
          : `${paint.green("✔")} sent`,
      );
    });
  } finally {
    await close();
  }
}
