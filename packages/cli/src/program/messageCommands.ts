import type { Command } from "commander";
import { contextOf } from "./context.js";

const MESSAGE = 'the beginning of its id (see "conclave history --ids"), or "last" for your newest message';

/** Commands for messages that exist already, and for finding them. */
export function addMessageCommands(program: Command): void {
  program
    .command("reply")
    .description("reply to a message")
    .argument("<message>", MESSAGE)
    .argument("<text...>", "your reply; - reads it from standard input")
    .action(async (message: string, text: string[], _: unknown, command: Command) => {
      const { reply } = await import("../commands/messages.js");
      await reply(contextOf(command.optsWithGlobals()), message, text.join(" "));
    });

  program
    .command("edit")
    .description("edit one of your messages; everyone can see that it was edited")
    .argument("<message>", MESSAGE)
    .argument("<text...>", "the new text; - reads it from standard input")
    .action(async (message: string, text: string[], _: unknown, command: Command) => {
      const { edit } = await import("../commands/messages.js");
      await edit(contextOf(command.optsWithGlobals()), message, text.join(" "));
    });

  program
    .command("react")
    .description("react to a message with an emoji")
    .argument("<message>", MESSAGE)
    .argument("<emoji>", "one emoji")
    .option("--remove", "remove your reaction")
    .action(async (message: string, emoji: string, _: unknown, command: Command) => {
      const { react } = await import("../commands/messages.js");
      await react(contextOf(command.optsWithGlobals()), message, emoji);
    });

  program
    .command("delete")
    .description("delete one of your messages, or anyone's if you are an admin or owner")
    .argument("<message>", MESSAGE)
    .action(async (message: string, _: unknown, command: Command) => {
      const { deleteMessage } = await import("../commands/messages.js");
      await deleteMessage(contextOf(command.optsWithGlobals()), message);
    });

  program
    .command("search")
    .description("find messages that contain every word, and files by name")
    .argument("<words...>", "words, or their beginnings; capitals and accents make no difference")
    .option("--last <n>", "show at most this many, the newest", "50")
    .option("--ids", "show the beginning of each message's id")
    .option("--offline", "search what is stored here, without asking the relay")
    .action(async (words: string[], _: unknown, command: Command) => {
      const { search } = await import("../commands/messages.js");
      await search(contextOf(command.optsWithGlobals()), words.join(" "));
    });
}
