import { markDatabaseRestored, markFolderRestored, type MarkFault } from "@conclave/relay";
import { resolve } from "node:path";
import { CliError } from "../cliError.js";
import { resolveConfig } from "../config/resolveConfig.js";
import type { CommandContext } from "../program/context.js";
import { orFault } from "./backup.js";

/** `conclave relay recovered`: the relay's data was put back from a copy, so it asks members what they know beyond it. */
export async function relayRecovered({ output, options }: CommandContext): Promise<void> {
  const { config } = resolveConfig({ flags: { data: options["data"] }, env: process.env });
  const data = resolve(config.data);
  const inDatabase = config.database !== null;
  const marked = inDatabase
    ? await markDatabaseRestored(config.database).catch((error: unknown) => {
        const why = error instanceof Error ? error.message : "it does not answer";
        throw new CliError("DATABASE_FAILED", `The database cannot be reached or written: ${why}.`);
      })
    : await orFault(data, () => markFolderRestored(data));
  if (!marked.ok) throw failure(marked.error, data, inDatabase);
  output.result({ data, inDatabase, done: true }, (paint) => [
    `${paint.green("✔")} ${inDatabase ? "From now on" : "From the relay's next start on"}, each room waits a moment for what its members know beyond ${inDatabase ? "the database" : "this folder"}.`,
    "  Until then people can read there, and what they send waits.",
  ]);
}

function failure(fault: MarkFault, data: string, inDatabase: boolean): CliError {
  if (fault === "data_in_use") {
    return new CliError("DATA_IN_USE", `A relay is running on ${data}. Nothing was changed.`, "Stop it first.");
  }
  if (inDatabase) return new CliError("NO_RELAY_DATA", "No relay has used this database.");
  return new CliError("NO_RELAY_DATA", `There is no relay's data in ${data}.`, "Name its folder with --data DIR.");
}
