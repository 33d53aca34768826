import { isReaction, type RoomSession, type TimelineMessage } from "@conclave/client";
import { linesOf } from "../chat/plainLine.js";
import { usageError } from "../cliError.js";
import { messageDocument } from "../documents/messageDocument.js";
import type { CommandContext } from "../program/context.js";
import { forRoom, waiting } from "../program/waiting.js";
import { withRoom } from "../program/withRoom.js";
import { findMessage, nowOf } from "../room/findMessage.js";
import { flushed } from "../room/inStep.js";
import { orThrow } from "../room/orThrow.js";
import { labelsOf, offersIn } from "../session/decisionView.js";
import type { Stored } from "../session/fate.js";
import { nextCommand } from "../terminal/nextCommand.js";
import { readStandardInput } from "../terminal/standardInput.js";
import { wholeNumber } from "./wholeNumber.js";

/** `conclave reply`. */
export async function reply(context: CommandContext, to: string, given: string): Promise<void> {
  const text = await textOf(given);
  await change(context, to, "Sent.", async (room, { id }) => orThrow(await room.send(text, id), room), "message");
}

/** `conclave edit`. */
export async function edit(context: CommandContext, which: string, given: string): Promise<void> {
  const text = await textOf(given);
  await change(context, which, "Edited. Everyone can see that it was.", async (room, { id }) =>
    orThrow(await room.edit(id, text), room),
  );
}

/** `conclave delete`: your own message, or somebody else's if your role allows it. */
export async function deleteMessage(context: CommandContext, which: string): Promise<void> {
  const sentence = "Deleted for everyone. Others may have read it before.";
  await change(context, which, sentence, async (room, { id }) => orThrow(await room.remove(id), room));
}

/** `conclave react`. Reacting twice, or removing twice, changes nothing the second time. */
export async function react(context: CommandContext, which: string, emoji: string): Promise<void> {
  const isThere = context.options["remove"] !== true;
  if (!isReaction(emoji)) throw usageError("A reaction is one emoji.", `  ${nextCommand("react", "MESSAGE", "👍")}`);
  const sentence = isThere ? `You reacted with ${emoji}.` : `You removed your ${emoji}.`;
  await change(context, which, sentence, async (room, message) => {
    const isMine = message.reactions.some((reaction) => reaction.emoji === emoji && reaction.mine);
    return isMine === isThere ? message : orThrow(await room.react(message.id, emoji), room);
  });
}

/** `conclave search`: searches what this home has stored of the room; the newest comes last. */
export async function search(context: CommandContext, query: string): Promise<void> {
  const last = wholeNumber("--last", context.options["last"], 1000);
  await withRoom(context, "read", async (room) => {
    const found = [...(await room.search(query, { limit: last }))].reverse();
    const how = {
      labelOf: labelsOf(room),
      offerOf: offersIn(room),
      withDay: true,
      withIds: context.options["ids"] === true,
    };
    context.output.result({ messages: found.map(messageDocument) }, (paint) =>
      found.length === 0
        ? "Nothing found in what this home has stored of the room."
        : found.flatMap((message) => linesOf({ kind: "message", message }, paint, how)),
    );
  });
}

/** Does something to a message, and waits until the room has it. */
async function change(
  context: CommandContext,
  which: string,
  sentence: string,
  act: (room: RoomSession, message: TimelineMessage) => Promise<TimelineMessage>,
  what: Stored = "change",
): Promise<void> {
  const { output } = context;
  await withRoom(context, "write", async (room) => {
    const message = await act(room, await findMessage(room, which));
    await waiting(output, flushed(room, what), forRoom(room));
    output.result(
      { message: messageDocument(await nowOf(room, message)) },
      (paint) => `${paint.green("✔")} ${sentence}`,
    );
  });
}

async function textOf(given: string): Promise<string> {
  const text = given === "-" ? await readStandardInput() : given;
  if (text.trim() === "") throw usageError("There is nothing to send.");
  return text;
}
