import type { Command } from "commander";
import { everyCommand, commandNameOf } from "../program/commandNames.js";

/** An option as help shows it. */
export interface ManualOption {
  /** `--name <name>`, `-h, --help`. */
  readonly flags: string;
  /** `--name`. */
  readonly long: string;
  readonly about: string;
  readonly takesValue: boolean;
}

/** A command as help shows it. */
export interface ManualCommand {
  /** `room new`. */
  readonly name: string;
  readonly group: string;
  readonly about: string;
  /** `room new [options] <title>`. */
  readonly usage: string;
  readonly arguments: readonly { readonly name: string; readonly about: string }[];
  readonly options: readonly ManualOption[];
  /** What `--help` says below the options: explanations and examples. */
  readonly more: string;
  /** The words that may follow: names of commands below it. */
  readonly words: readonly string[];
}

/** The commands that a person can type, and the options that all take: what manual, completion and docs are written from. */
export function commandTree(program: Command): {
  readonly about: string;
  readonly options: readonly ManualOption[];
  readonly commands: readonly ManualCommand[];
} {
  const commands = everyCommand(program).slice(1);
  return { about: program.description(), options: optionsOf(program), commands: commands.map(manualOf) };
}

function manualOf(command: Command): ManualCommand {
  const name = commandNameOf(command);
  return {
    name,
    group: topOf(command).helpGroup().replace(/:$/u, ""),
    about: command.description(),
    usage: `${name} ${command.usage()}`,
    arguments: command.registeredArguments.map((each) => ({ name: each.name(), about: each.description })),
    options: optionsOf(command),
    more: helpAfter(command),
    words: command.commands.map((each) => each.name()),
  };
}

function optionsOf(command: Command): ManualOption[] {
  return command.options
    .filter(({ hidden }) => !hidden)
    .map((option) => ({
      flags: option.flags,
      long: option.long ?? option.flags,
      about: option.description,
      takesValue: option.required || option.optional,
    }));
}

// What was given with addHelpText is only known to the one who prints it.
function helpAfter(command: Command): string {
  let printed = "";
  const before = command.configureOutput();
  command.configureOutput({ ...before, writeOut: (text) => (printed += text) });
  command.outputHelp();
  command.configureOutput(before);
  return printed.slice(command.helpInformation().length).trim();
}

/** The command of the program that this one is, or is a part of. */
function topOf(command: Command): Command {
  return command.parent?.parent ? topOf(command.parent) : command;
}
