import { Option, type Command } from "commander";
import { contextOf } from "./context.js";

const DATA = "the relay's data folder (CONCLAVE_DATA, else ./data)";

const BACKUP_HELP = `
Works while the relay runs. The file has the database as it is at one moment, and the relay's key:
whoever has it can sign as this relay, and cannot read a message. With --seal it also needs a
passphrase: from CONCLAVE_BACKUP_PASSPHRASE, or the file that CONCLAVE_BACKUP_PASSPHRASE_FILE names,
or you are asked for it. A file of that name is replaced once the new one is complete.

Examples:
  conclave backup /mnt/other-disk/relay.backup
  CONCLAVE_BACKUP_PASSPHRASE_FILE=/run/secrets/passphrase conclave backup --seal relay.sealed
  conclave backup relay.backup --data /srv/conclave --json`;

const RESTORE_HELP = `
Checks the whole file first, and puts it into a folder that has no relay's data. After the relay
is started there, the members' own devices bring back what was written since the backup. A sealed
backup needs its passphrase, from where conclave backup takes it.

Examples:
  conclave restore relay.backup --data /srv/conclave`;

const MIGRATE_HELP = `
Stop the relay first. The database's address is a secret, so it has no flag: CONCLAVE_DATABASE_FILE
names the file that has it, as for conclave serve. Every record is read again where it was written,
and compared. Until all of it is there the relay does not start on the new place; if it is
interrupted, run it again. The old place stays as it is: never start a relay on it again.

Examples:
  CONCLAVE_DATABASE_FILE=/run/secrets/database conclave migrate --to database --data /srv/conclave
  CONCLAVE_DATABASE_FILE=/run/secrets/database conclave migrate --to folder --data /srv/conclave`;

/** What an operator does so that nothing is lost: `backup`, `restore` and `migrate`. */
export function addBackupCommands(program: Command): void {
  program
    .command("backup")
    .description("copy a relay's data and key into one file, while the relay runs")
    .argument("<file>", "the file to write")
    .option("--seal", "seal it with a passphrase")
    .option("--data <dir>", DATA)
    .addHelpText("after", BACKUP_HELP)
    .action(async (file: string, _: unknown, command: Command) => {
      const { backup } = await import("../commands/backup.js");
      await backup(contextOf(command.optsWithGlobals()), file);
    });

  program
    .command("migrate")
    .description("move a relay's rooms from its folder into PostgreSQL, or back")
    .addOption(new Option("--to <place>", "where they go").choices(["database", "folder"]).makeOptionMandatory())
    .option("--data <dir>", DATA)
    .addHelpText("after", MIGRATE_HELP)
    .action(async (_: unknown, command: Command) => {
      const { migrate } = await import("../commands/migrate.js");
      await migrate(contextOf(command.optsWithGlobals()));
    });

  program
    .command("restore")
    .description("put a relay's backup into an empty data folder")
    .argument("<file>", "the backup")
    .option("--data <dir>", DATA)
    .addHelpText("after", RESTORE_HELP)
    .action(async (file: string, _: unknown, command: Command) => {
      const { restore } = await import("../commands/restore.js");
      await restore(contextOf(command.optsWithGlobals()), file);
    });
}
