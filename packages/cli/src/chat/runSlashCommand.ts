import type { RoomSession } from "@conclave/client";
import { CliError } from "../cliError.js";
import { nearestName } from "../config/nearestName.js";
import { safeName } from "../terminal/safeText.js";
import type { SlashHost } from "./slashCommand.js";
import { SLASH_COMMANDS } from "./slashCommands.js";

/** `text` is a command, unless it begins with two slashes, which send a message that begins with one, or has several lines. */
export function isSlashCommand(text: string): boolean {
  return text.startsWith("/") && !text.startsWith("//") && !text.includes("\n");
}

/**
 * Runs a command line such as `/remove Bob`.
 *
 * RULE: cli.pipe-decides-nothing: what others can write into a pipe decides nothing and touches no file on this machine
 * (attack A155).
 * @throws CliError for an unknown command, and whatever the command refuses.
 */
export async function runSlashCommand(room: RoomSession, line: string, host: SlashHost): Promise<void> {
  // The spaces inside of an argument are its own: names have them.
  const [, word = "", argument = ""] = /^(\S*)\s*(.*)$/su.exec(line.slice(1).trim())!;
  const command = Object.hasOwn(SLASH_COMMANDS, word) ? SLASH_COMMANDS[word] : undefined;
  if (command === undefined) {
    const nearest = nearestName(word, Object.keys(SLASH_COMMANDS));
    throw new CliError(
      "UNKNOWN_COMMAND",
      word === "" ? "There is no command after the /." : `There is no /${safeName(word)}.`,
      nearest === null ? "/help lists the commands." : `Did you mean /${nearest}?`,
    );
  }
  if (command.effect === "acts" && !host.isPerson) {
    throw new CliError(
      "NOT_FROM_A_PIPE",
      `/${word} has to be typed by a person in the chat.`,
      "In a script, use the command of the same name.",
    );
  }
  await command.run(room, argument, host);
}
