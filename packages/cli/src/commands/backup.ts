import { isSharedRelay, writeBackup } from "@conclave/relay";
import { resolve } from "node:path";
import { CliError } from "../cliError.js";
import { resolveConfig } from "../config/resolveConfig.js";
import type { CommandContext } from "../program/context.js";
import { newPassphrase } from "../terminal/passphrase.js";
import { writeFault } from "../terminal/fileFault.js";
import { otherCommand } from "../terminal/nextCommand.js";

/** `conclave backup FILE`: copies all that a relay has into one file, also while it runs. */
export async function backup(context: CommandContext, path: string): Promise<void> {
  const { output, options } = context;
  const { config } = resolveConfig({ flags: { data: options["data"] }, env: process.env });
  const data = resolve(config.data);
  // What is still in the folder after a move into PostgreSQL is old: a backup of it would look like one, and not be one.
  if (config.database !== null || (await isSharedRelay(data))) {
    throw new CliError(
      "IN_DATABASE",
      "This relay keeps its rooms in PostgreSQL, and this command copies a data folder only. Nothing was written.",
      "Use pg_dump or the database's own backup, and keep a copy of relay.key with it.",
    );
  }
  const file = resolve(path);
  const isSealed = options["seal"] === true;
  const passphrase = isSealed ? await newPassphrase(context) : null;
  const written = await orFault(file, () => writeBackup(data, file, Date.now(), passphrase));
  if (!written.ok) {
    throw new CliError("NO_RELAY_DATA", `There is no relay's data in ${data}.`, "Name its folder with --data DIR.");
  }
  const { rooms, records, time } = written.value;
  output.result({ file, data, rooms, records, time, sealed: isSealed }, (paint) => [
    `${paint.green("Backed up")} ${count(rooms, "room")} with ${count(records, "record")}, and the relay's key, to ${file}`,
    ...(isSealed
      ? ["Keep it where the relay's disk is not, and the passphrase elsewhere: without it nobody can open the file."]
      : [
          "Keep it where the relay's disk is not. It holds the relay's key in the open (only your user can read the file):",
          "anyone who has it can sign as this relay, but cannot read a message. With --seal it needs a passphrase.",
        ]),
    `To put it back:  ${otherCommand("restore", path, "--data", "DIR")}`,
  ]);
}

/** The relay's data folder, found as `conclave serve` finds it. */
export function dataFolder(options: CommandContext["options"]): string {
  return resolve(resolveConfig({ flags: { data: options["data"] }, env: process.env }).config.data);
}

/** Does something with a file and a folder of the operator's: what the system says against it is told as that. */
export async function orFault<T>(path: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new CliError("NOT_WRITTEN", `${path} could not be written: ${reasonOf(error)}.`);
  }
}

export function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && "syscall" in error) return writeFault(error);
  return error instanceof Error ? error.message : "it failed";
}
