import { existsSync } from "node:fs";
import { join } from "node:path";

/** The database of a folder into which rooms are being moved, until it is whole. */
export function draftPath(dataDir: string): string {
  return join(dataDir, "relay.db.migrating");
}

/**
 * The same rule as migrate.unfinished-refused (store/postgres/postgresSchema.ts), for a folder.
 * @throws Error, with a sentence for the operator.
 */
export function refuseUnfinishedFolder(dataDir: string): void {
  // Once the database has its name, the draft is gone.
  if (!existsSync(draftPath(dataDir)) || existsSync(join(dataDir, "relay.db"))) return;
  throw new Error("moving rooms into this folder was interrupted: run conclave migrate again, or delete the folder");
}
