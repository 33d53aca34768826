import { readFileSync } from "node:fs";
import { CliError, usageError } from "../cliError.js";
import type { CommandContext } from "../program/context.js";
import { canAsk, stopped } from "./consent.js";
import { unreadableFile } from "./fileFault.js";
import { asText } from "./textBytes.js";

const VARIABLE = "CONCLAVE_BACKUP_PASSPHRASE";
const LEAST_CHARACTERS = 12;
const LONGEST_BYTES = 1024;

/**
 * The passphrase for a new sealed backup: from the environment, else asked for twice.
 *
 * RULE: cli.passphrase-not-argv: every process of the machine can read a command line, so it is never on one.
 * @throws CliError NO_PASSPHRASE if there is none and nobody to ask; USAGE for one that is too short or too long.
 */
export async function newPassphrase(context: CommandContext): Promise<string> {
  const given = fromEnvironment();
  if (given !== null) return checked(given);
  const typed = checked(await asked(context, "A passphrase for this backup:"));
  if ((await asked(context, "The same once more:")) !== typed) throw usageError("These are two different passphrases.");
  return typed;
}

/** The passphrase of a sealed backup: from the environment, else asked for. @throws CliError NO_PASSPHRASE */
export async function passphraseOf(context: CommandContext): Promise<string> {
  return fromEnvironment() ?? (await asked(context, "The passphrase of this backup:"));
}

function fromEnvironment(): string | null {
  const [direct, path] = [process.env[VARIABLE], process.env[`${VARIABLE}_FILE`]];
  if (direct !== undefined && path !== undefined)
    throw usageError(`Both ${VARIABLE} and ${VARIABLE}_FILE are set.`, "Keep one of them.");
  if (direct !== undefined || path === undefined) return direct ?? null;
  try {
    return asText(readFileSync(path), path).replace(/\r?\n$/u, "");
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw unreadableFile(path, error);
  }
}

async function asked(context: CommandContext, message: string): Promise<string> {
  if (!canAsk(context)) {
    throw new CliError(
      "NO_PASSPHRASE",
      "A passphrase is needed, and there is nobody here to ask.",
      `Write it into a file that only you can read, and name that in ${VARIABLE}_FILE.`,
    );
  }
  const { password, isCancel } = await import("@clack/prompts");
  const answer = await password({ output: process.stderr, message });
  if (isCancel(answer)) throw stopped();
  return answer;
}

// Whoever finds the file can try passphrases for as long as they like.
function checked(passphrase: string): string {
  if (passphrase.length < LEAST_CHARACTERS)
    throw usageError(
      `The passphrase needs at least ${LEAST_CHARACTERS} characters.`,
      "Four words are easy to remember.",
    );
  if (Buffer.byteLength(passphrase) > LONGEST_BYTES) throw usageError("The passphrase is longer than 1,024 bytes.");
  return passphrase;
}
