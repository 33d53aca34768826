import { isSealedFile, restoreBackup, type RestoreFault } from "@conclave/relay";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { CliError, usageError } from "../cliError.js";
import type { CommandContext } from "../program/context.js";
import { passphraseOf } from "../terminal/passphrase.js";
import { otherCommand } from "../terminal/nextCommand.js";
import { dayAndTime } from "../terminal/when.js";
import { count, dataFolder, orFault } from "./backup.js";

/** `conclave restore FILE`: puts a backup into a folder that has no relay's data. */
export async function restore(context: CommandContext, path: string): Promise<void> {
  const { output, options } = context;
  const data = dataFolder(options);
  const file = resolve(path);
  if (!existsSync(file)) throw usageError(`${file} cannot be read: there is no such file.`);
  const isSealed = await orFault(file, () => isSealedFile(file));
  const passphrase = isSealed ? await passphraseOf(context) : null;
  const restored = await orFault(data, () => restoreBackup(file, data, passphrase));
  if (!restored.ok) throw failure(restored.error, file, data);
  const { rooms, records, time } = restored.value;
  output.result({ file, data, rooms, records, time, sealed: isSealed }, (paint) => [
    `${paint.green("Restored")} ${count(rooms, "room")} with ${count(records, "record")} into ${data}, as of ${dayAndTime(time)}.`,
    "",
    `Next: start the relay  ${otherCommand("serve", "--data", data)}`,
    "What was written since then the members' own devices bring back, as they connect. Until a room is",
    "complete, reading goes on and sending waits. Never start the old copy of this relay again.",
  ]);
}

function failure(fault: RestoreFault, file: string, data: string): CliError {
  switch (fault.code) {
    case "folder_in_use":
      return new CliError(
        "DATA_EXISTS",
        `${data} has a relay's data already. Nothing was changed.`,
        "Restore into an empty folder. What is in that one may be newer than the backup: keep it.",
      );
    case "data_in_use":
      return new CliError("DATA_IN_USE", `A relay is running on ${data}.`, "Restore into an empty folder.");
    case "not_a_backup":
      return new CliError("NO_BACKUP", `${file} is no backup of a relay: ${fault.why}. Nothing was changed.`);
    case "damaged":
      return new CliError(
        "BACKUP_DAMAGED",
        `${file} is damaged: ${fault.why}. Nothing was changed.`,
        "Use an older backup: members bring back what is missing in it.",
      );
    case "sealed":
    case "wrong_passphrase":
      return new CliError(
        "WRONG_PASSPHRASE",
        `${file} is sealed with another passphrase. Nothing was changed.`,
        "Check its capital letters, and that it is the passphrase of this backup. It cannot be found out.",
      );
    case "other_version":
      return new CliError("NO_BACKUP", `${file} cannot be restored: ${fault.why}. Nothing was changed.`);
  }
}
