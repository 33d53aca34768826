import type { Command } from "commander";
import { contextOf } from "./context.js";

const MESSAGE = 'the beginning of its id ("conclave history --ids"), or last: your newest message';

/** What is done to messages that are there already, and finding them. */
export function addMessageCommands(program: Command): void {
  program
    .command("reply")
    .description("answer a message")
    .argument("<message>", MESSAGE)
    .argument("<text...>", "the answer; - reads it from standard input")
    .action(async (message: string, text: string[], _: unknown, command: Command) => {
      const { reply } = await import("../commands/messages.js");
      await reply(contextOf(command.optsWithGlobals()), message, text.join(" "));
    });

  program
    .command("edit")
    .description("give a message of yours another wording; everyone sees that it was edited")
    .argument("<message>", MESSAGE)
    .argument("<text...>", "the new wording; - reads it from standard input")
    .action(async (message: string, text: string[], _: unknown, command: Command) => {
      const { edit } = await import("../commands/messages.js");
      await edit(contextOf(command.optsWithGlobals()), message, text.join(" "));
    });

  program
    .command("react")
    .description("put an emoji to a message")
    .argument("<message>", MESSAGE)
    .argument("<emoji>", "one emoji")
    .option("--remove", "take yours away")
    .action(async (message: string, emoji: string, _: unknown, command: Command) => {
      const { react } = await import("../commands/messages.js");
      await react(contextOf(command.optsWithGlobals()), message, emoji);
    });

  program
    .command("delete")
    .description("delete a message of yours, or as an admin or owner somebody else's")
    .argument("<message>", MESSAGE)
    .action(async (message: string, _: unknown, command: Command) => {
      const { deleteMessage } = await import("../commands/messages.js");
      await deleteMessage(contextOf(command.optsWithGlobals()), message);
    });

  program
    .command("search")
    .description("find messages that have every word, and files by name")
    .argument("<words...>", "words, or their beginnings; capitals and accents do not count")
    .option("--last <n>", "how many at most, the newest", "50")
    .option("--ids", "with the beginning of each message's id")
    .option("--offline", "what is stored, without asking the relay")
    .action(async (words: string[], _: unknown, command: Command) => {
      const { search } = await import("../commands/messages.js");
      await search(contextOf(command.optsWithGlobals()), words.join(" "));
    });
}
