import { CliError } from "../cliError.js";
import type { CommandContext } from "../program/globals.js";

/** `conclave verify-proof`. */
export function verifyProof(_: CommandContext, file: string): Promise<void> {
  return Promise.reject(new CliError("UNFINISHED", `Nothing can check ${file} yet.`));
}
