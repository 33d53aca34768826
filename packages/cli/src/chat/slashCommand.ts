import type { RoomSession } from "@conclave/client";
import { CliError } from "../cliError.js";
import type { ProofOf } from "../documents/alarmDocument.js";

/** What a slash command may do with the screen that it was typed in. */
export interface SlashHost {
  /** A person typed it: they can be asked, and can decide. False for lines that a program wrote. */
  readonly isPerson: boolean;
  readonly proofOf: ProofOf;
  say(text: string): void;
  ask(question: string): Promise<boolean>;
  toggleMembers(): void;
  quit(): void;
}

type Run = (room: RoomSession, argument: string, host: SlashHost) => Promise<void> | void;

/** A command that can be typed in the chat. */
export interface SlashCommand {
  readonly usage: string;
  /** `acts`: it decides something, or reads or writes a file of this machine. `shows`: all the rest. */
  readonly effect: "shows" | "acts";
  readonly about: string;
  readonly run: Run;
}

/** What was typed after a command. @throws CliError when that is nothing. */
export function needed(argument: string, usage: string, what = "who"): string {
  if (argument === "") throw new CliError("USAGE", `Say ${what}: ${usage}.`);
  return argument;
}
