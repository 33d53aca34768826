import { isReaction, type RoomSession, type TimelineMessage } from "@conclave/client";
import { CliError } from "../cliError.js";
import { findMessage, messagesOf } from "../room/findMessage.js";
import { orThrow } from "../room/orThrow.js";
import { labelsOf, offersIn } from "../session/decisionView.js";
import { paintFor } from "../terminal/paint.js";
import { linesOf } from "./plainLine.js";
import { needed, type SlashCommand } from "./slashCommand.js";

const plain = paintFor(false);
/** Messages that /ids shows. */
const LISTED = 10;

/** The commands about one message. */
export const MESSAGE_COMMANDS: Readonly<Record<string, SlashCommand>> = {
  reply: {
    usage: "/reply [#ID] TEXT",
    effect: "acts",
    about: "answer the newest message of somebody else, or the one with this id; /ids shows the ids",
    run: async (room, argument) => {
      const { message, rest } = await messageAt(room, needed(argument, "/reply TEXT", "what"));
      orThrow(await room.send(needed(rest, "/reply TEXT", "what"), message.id), room);
    },
  },
  react: {
    usage: "/react [#ID] EMOJI",
    effect: "acts",
    about: "put an emoji on that message, or take it away again",
    run: async (room, argument) => {
      const { message, rest } = await messageAt(room, needed(argument, "/react EMOJI", "which"));
      if (!isReaction(rest)) throw new CliError("USAGE", "A reaction is one emoji: /react 👍.");
      orThrow(await room.react(message.id, rest), room);
    },
  },
  ids: {
    usage: "/ids",
    effect: "shows",
    about: "the newest messages with their ids",
    run: async (room, _, host) => {
      const style = { labelOf: labelsOf(room), offerOf: offersIn(room), withDay: false, withIds: true };
      const messages = (await messagesOf(room)).slice(-LISTED);
      host.say(
        messages.flatMap((message) => linesOf({ kind: "message", message }, plain, style)).join("\n") ||
          "There are no messages.",
      );
    },
  },
};

/** The message that an argument begins with, as `#` and its id, or the newest one of somebody else; and what follows. */
async function messageAt(room: RoomSession, argument: string): Promise<{ message: TimelineMessage; rest: string }> {
  const [, id, rest = ""] = /^(?:#([0-9a-f]{4,32})(?:\s+|$))?(.*)$/isu.exec(argument)!;
  if (id !== undefined) return { message: await findMessage(room, id), rest };
  const message = (await messagesOf(room)).findLast(({ author, deleted }) => !author.isYou && deleted === null);
  if (!message) throw new CliError("NOT_FOUND", "Nobody else has written here yet.");
  return { message, rest };
}
