import type { RoomSession, TimelineMessage } from "@conclave/client";
import { fromHex, toHex } from "@conclave/codec";
import { MessageId } from "@conclave/protocol";
import { CliError } from "../cliError.js";
import { nextCommand } from "../terminal/nextCommand.js";
import { safeName } from "../terminal/safeText.js";

/** Lines of the timeline in which a message is looked for. */
const MOST_LINES = 10_000;
const FULL_ID = /^[0-9a-f]{32}$/u;
const PART_OF_ID = /^[0-9a-f]{4,31}$/u;
/** Names the newest message that you sent. */
const LAST = "last";

/**
 * The message with this id, with an id that begins so (at least four digits), or your newest one for `last`.
 * @throws CliError NOT_FOUND or AMBIGUOUS
 */
export async function findMessage(room: RoomSession, text: string): Promise<TimelineMessage> {
  const wanted = text.trim().toLowerCase();
  const whole = FULL_ID.test(wanted) ? await room.find(MessageId.of(fromHex(wanted))) : null;
  if (whole !== null) return whole;
  const messages = await messagesOf(room);
  const own = wanted === LAST ? messages.findLast(({ author, deleted }) => author.isYou && deleted === null) : null;
  if (own) return own;
  const found = PART_OF_ID.test(wanted) ? messages.filter(({ id }) => toHex(id).startsWith(wanted)) : [];
  if (found.length === 1) return found[0]!;
  if (found.length > 1)
    throw new CliError("AMBIGUOUS", `More than one message has an id that begins with "${safeName(wanted)}".`);
  throw new CliError(
    "NOT_FOUND",
    wanted === LAST ? "You have sent no message here." : `No message has the id "${safeName(text)}".`,
    `To see the ids:  ${nextCommand("history", "--ids")}`,
  );
}

/** The newest messages of a room, oldest first. */
export async function messagesOf(room: RoomSession): Promise<TimelineMessage[]> {
  const items = await room.timeline({ limit: MOST_LINES });
  return items.flatMap((item) => (item.kind === "message" ? [item.message] : []));
}

/** A message as it is now. */
export async function nowOf(room: RoomSession, message: TimelineMessage): Promise<TimelineMessage> {
  return (await room.find(message.id)) ?? message;
}
