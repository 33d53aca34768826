import { KeyImportError } from "@conclave/crypto/node";
import { Command, CommanderError } from "commander";
import { CliError, internalError, usageError } from "../cliError.js";
import { EXIT } from "../exitCode.js";
import { noteSelection, otherCommand, withProgramName } from "../terminal/nextCommand.js";
import { Output } from "../terminal/output.js";
import { mustBeWhole } from "../terminal/textBytes.js";
import { addDecisionCommands } from "./decisionCommands.js";
import { addKeyCommands } from "./keyCommands.js";
import { everyCommand, commandNameOf } from "./commandNames.js";
import { addGatewayCommands } from "./gatewayCommands.js";
import { COMMAND_NAME } from "./context.js";
import { addHelpCommands, PROGRAM_VERSION } from "./helpCommands.js";
import { addOperatorCommands } from "./operatorCommands.js";
import { addRelayCommands } from "./relayCommands.js";
import { addStewardCommand } from "./stewardCommand.js";
import { addRoomCommands } from "./roomCommands.js";
import { addTrustCommands } from "./trustCommands.js";

const ABOUT = "Group chat whose relay (the server) cannot choose who is in the room.";
const MORE = `
Start here:
  conclave serve                                        run a relay on this machine
  conclave room new "Garden club" --name Alice          create a room; prints an invite link
  conclave join 'LINK' --name Bob                       join, even while nobody is online
  conclave chat                                         talk

"conclave help COMMAND" has examples. "conclave help environment", "exit-codes", "errors" and
"json" are for scripts; "conclave man | man -l -" shows all of it. Each home is one person: to be
somebody else, use --home.`;

/** Where a program's help goes, and what commander says about a command line that is wrong. */
export interface Writers {
  readonly writeOut: (text: string) => void;
  readonly writeErr: (text: string) => void;
}

/** All commands, with their options, arguments and descriptions. Help, manual and completion are made from them too. */
export function buildProgram(writers: Writers): Command {
  const program = new Command("conclave")
    .description(ABOUT)
    .version(PROGRAM_VERSION, "-V, --version", "print the version")
    .option("--json", "print JSON for programs")
    .option("--home <dir>", "where your identity and rooms are kept (CONCLAVE_HOME, else ~/.conclave)")
    .option("--trust-clock", "trust this machine's clock if the relay's says something else")
    .option("--room <room>", "which room: its title or the beginning of its id (CONCLAVE_ROOM)")
    .helpOption("-h, --help", "show help")
    .addHelpText("after", MORE)
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput(writers)
    .exitOverride();
  addRoomCommands(program.commandsGroup("Talking:"));
  addDecisionCommands(program.commandsGroup("Deciding:"));
  addKeyCommands(program);
  addTrustCommands(program.commandsGroup("Checking:"));
  addRelayCommands(program.commandsGroup("Running:"));
  addOperatorCommands(program);
  addGatewayCommands(program);
  addStewardCommand(program);
  addHelpCommands(program.commandsGroup("Help:"));
  program.hook("preAction", (_, command) => {
    noteSelection(command.optsWithGlobals());
    command.setOptionValue(COMMAND_NAME, commandNameOf(command));
  });
  for (const command of everyCommand(program)) {
    command.exitOverride().configureOutput(writers).helpCommand(false);
    if (command !== program) command.configureHelp({ showGlobalOptions: true }).helpOption("-h, --help", "show help");
    // After a mistake in a command, show how it is used.
    if (command.commands.length === 0)
      command.showHelpAfterError(`Usage:  conclave ${commandNameOf(command)} ${command.usage()}`);
  }
  return program;
}

/**
 * Runs one command line.
 * @returns the exit code; everything there is to say has been printed.
 */
export async function runProgram(args: readonly string[]): Promise<number> {
  const isJson = args.includes("--json");
  const complaints: string[] = [];
  const program = buildProgram({
    writeErr: (text) => complaints.push(withProgramName(text)),
    writeOut: (text) => process.stdout.write(withProgramName(text)),
  });
  try {
    for (const each of args) mustBeWhole(each, "An argument of this command");
    for (const [name, value = ""] of Object.entries(process.env)) {
      if (name.startsWith("CONCLAVE_")) mustBeWhole(value, name);
    }
    await program.parseAsync(args, { from: "user" });
    return Number(process.exitCode ?? EXIT.ok);
  } catch (error) {
    const failure = asCliError(error, complaints);
    if (failure === null) return EXIT.ok;
    if (isHelp(error) && !isJson) process.stderr.write(`${failure.hint ?? ""}\n`);
    else new Output(isJson).error(failure);
    return failure.exit;
  }
}

// `conclave` and `conclave room` alone: the help is the message.
function isHelp(error: unknown): boolean {
  return error instanceof CommanderError && error.code === "commander.help";
}

// Null: commander has printed what was asked for (help, version).
function asCliError(error: unknown, complaints: readonly string[]): CliError | null {
  if (error instanceof CliError) return error;
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return null;
    if (error.code === "commander.help") return usageError("Say which command.", complaints.join("").trimEnd());
    const [first = "", ...rest] = complaints.join("").trim().split("\n");
    const sentence = first.replace(/^error: /u, "").replace(/\.+$/u, "");
    const quotes = error.code === "commander.excessArguments" && / [1-9]\d* arguments? but/u.test(sentence);
    const hint = [
      ...(quotes ? ["Put anything with spaces in quotes."] : []),
      ...rest,
      ...(error.code === "commander.unknownCommand" ? [`To see the commands:  ${otherCommand("help")}`] : []),
    ]
      .join("\n")
      .trim();
    const stop = /[.?!)]$/u.test(sentence) ? "" : ".";
    return usageError(`${sentence[0]?.toUpperCase() ?? ""}${sentence.slice(1)}${stop}`, hint || null);
  }
  if (error instanceof KeyImportError) return new CliError(error.code, error.message);
  return internalError(error);
}
