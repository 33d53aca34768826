import type { Command } from "commander";

/** A command's name as it is typed: `room new`. */
export function commandNameOf(command: Command): string {
  const above = command.parent?.parent ? `${commandNameOf(command.parent)} ` : "";
  return `${above}${command.name()}`;
}

/** A command and all commands below it. */
export function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}
