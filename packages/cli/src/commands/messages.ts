import { isReaction } from "@conclave/client";
import { linesOf } from "../chat/plainLine.js";
import { usageError } from "../cliError.js";
import type { Message } from "../model/timeline.js";
import { type CommandContext, waiting, withRoom } from "../program/globals.js";
import type { RoomMessages } from "../session/roomMessages.js";
import type { Stored } from "../session/problem.js";
import { nextCommand } from "../terminal/nextCommand.js";
import { readStandardInput } from "../terminal/standardInput.js";
import { wholeNumber } from "./wholeNumber.js";

/** `conclave reply`. */
export async function reply(context: CommandContext, to: string, given: string): Promise<void> {
  const text = await textOf(given);
  await change(context, "Sent.", (messages) => messages.reply(to, text), "message");
}

/** `conclave edit`. */
export async function edit(context: CommandContext, which: string, given: string): Promise<void> {
  const text = await textOf(given);
  await change(context, "Edited. Everyone sees that it was.", (messages) => messages.edit(which, text));
}

/** `conclave delete`. */
export async function deleteMessage(context: CommandContext, which: string): Promise<void> {
  await change(context, "Deleted for everyone. Others may have read it before.", (messages) => messages.delete(which));
}

/** `conclave react`. */
export async function react(context: CommandContext, which: string, emoji: string): Promise<void> {
  const isThere = context.options["remove"] !== true;
  if (!isReaction(emoji)) throw usageError("A reaction is one emoji.", `  ${nextCommand("react", "MESSAGE", "👍")}`);
  const sentence = isThere ? `Your ${emoji} is there.` : `Your ${emoji} is not there any more.`;
  await change(context, sentence, (messages) => messages.react(which, emoji, isThere));
}

/** `conclave search`: in what this home has of the room, the newest last. */
export async function search(context: CommandContext, query: string): Promise<void> {
  const last = wholeNumber("--last", context.options["last"], 1000);
  await withRoom(context, "read", async (room) => {
    const found = (await room.messages.search(query, last)).reverse();
    const how = { withDay: true, withIds: context.options["ids"] === true };
    context.output.result({ messages: found }, (paint) =>
      found.length === 0
        ? "Nothing found in what this home has of the room."
        : found.flatMap((message) => linesOf({ kind: "message", message }, paint, how)),
    );
  });
}

/** Does something to a message, and waits until the room has it. */
async function change(
  context: CommandContext,
  sentence: string,
  act: (messages: RoomMessages) => Promise<Message>,
  what: Stored = "change",
): Promise<void> {
  const { output } = context;
  await withRoom(context, "write", async (room) => {
    const message = await act(room.messages);
    await waiting(output, room.flushed(what));
    const now = await room.messages.find(message.id);
    output.result({ message: now }, (paint) => `${paint.green("✔")} ${sentence}`);
  });
}

async function textOf(given: string): Promise<string> {
  const text = given === "-" ? await readStandardInput() : given;
  if (text.trim() === "") throw usageError("There is nothing to send.");
  return text;
}
