import { migrateToDatabase, migrateToFolder, type MigrationFault } from "@conclave/relay";
import { resolve } from "node:path";
import { CliError } from "../cliError.js";
import { resolveConfig } from "../config/resolveConfig.js";
import type { CommandContext } from "../program/context.js";
import { writeFault } from "../terminal/fileFault.js";
import { otherCommand } from "../terminal/nextCommand.js";
import { count } from "./backup.js";

/** `conclave migrate --to PLACE`: moves a relay's rooms from its folder into PostgreSQL, or back. */
export async function migrate({ output, options }: CommandContext): Promise<void> {
  const to = options["to"] === "database" ? "database" : "folder";
  const { config } = resolveConfig({ flags: { data: options["data"] }, env: process.env });
  const data = resolve(config.data);
  if (config.database === null) {
    throw new CliError(
      "NO_DATABASE",
      "No database is set.",
      "Write its address (postgres://user:password@host/name) into a file, and name that in CONCLAVE_DATABASE_FILE.",
    );
  }
  const keyFile = config.relayKeyFile === null ? null : resolve(config.relayKeyFile);
  const work = to === "database" ? migrateToDatabase : migrateToFolder;
  const migration = { dataDir: data, database: config.database, ...(keyFile !== null && { keyFile }) };
  const moved = await work(migration).catch((error: unknown) => {
    throw new CliError("NOT_MOVED", `The rooms were not moved: ${reasonOf(error)}.`);
  });
  if (!moved.ok) throw failure(moved.error, to, data, keyFile);
  const { rooms, records, files } = moved.value;
  const place = to === "database" ? "the database" : data;
  output.result({ to, data, rooms, records, files }, (paint) => [
    `${paint.green("Moved")} ${count(rooms, "room")} with ${count(records, "record")} and ${count(files, "file")} into ${place}, and compared them.`,
    "",
    ...(to === "database"
      ? [
          "Next: start the relay with the same settings as this command. It needs its key, which is not in the database:",
          `  ${keyFile ?? `${data}/relay.key`}`,
        ]
      : [`Next: start the relay, without CONCLAVE_DATABASE_FILE:  ${otherCommand("serve", "--data", data)}`]),
    `Never start a relay on ${to === "database" ? "the old relay.db" : "the old database"} again. Delete it once all goes well.`,
  ]);
}

function failure(fault: MigrationFault, to: "database" | "folder", data: string, keyFile: string | null): CliError {
  switch (fault.code) {
    case "no_relay":
      return to === "database"
        ? new CliError("NO_RELAY_DATA", `There is no relay's data in ${data}.`, "Name its folder with --data DIR.")
        : new CliError("NO_RELAY_DATA", "There is no relay's data in the database.");
    case "no_key":
      return new CliError(
        "NO_RELAY_DATA",
        `There is no relay's key in ${keyFile ?? `${data}/relay.key`}.`,
        "Name its file in CONCLAVE_RELAY_KEY_FILE. Rooms know their relay by its key, so they need the same one.",
      );
    case "data_in_use":
      return new CliError("DATA_IN_USE", `A relay is running on ${data}. Nothing was moved.`, "Stop it first.");
    case "database_in_use":
      return new CliError(
        "DATABASE_IN_USE",
        "A relay, or another move, is connected to the database. Nothing was moved.",
        "Stop all relays that use it, and try again.",
      );
    case "not_empty":
      return new CliError(
        "NOT_EMPTY",
        `${to === "database" ? "The database" : data} has a relay's data already. Nothing was moved.`,
        to === "database" ? "Use an empty database." : "Use an empty folder, with the key in CONCLAVE_RELAY_KEY_FILE.",
      );
    case "refused":
    case "damaged":
      return new CliError("NOT_MOVED", `The rooms were not moved: ${fault.why}.`);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && "syscall" in error && "path" in error) return writeFault(error);
  return error instanceof Error && error.message !== "" ? error.message : "a database cannot be reached";
}
