import { failed, done, type Result } from "@conclave/codec";
import { openDatabase, takeFileLock } from "@conclave/sqlite";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { PostgresConnection } from "../store/postgres/postgresConnection.js";

/** Why nothing was marked: there is no relay's data, or (in a folder) a relay runs on it. */
export type MarkFault = "no_relay" | "data_in_use";

/**
 * Says that the data in a folder was put back from a copy, by other ways than `restoreBackup`: the relay that is started on it asks
 * members what they know beyond it (docs/protocol.md §6, Recovery). @throws the driver's error when it cannot be written.
 */
export function markFolderRestored(dataDir: string): Result<null, MarkFault> {
  const path = join(dataDir, "relay.db");
  if (!existsSync(path)) return failed("no_relay");
  const lock = takeFileLock(join(dataDir, "relay.lock"));
  if (lock === null) return failed("data_in_use");
  try {
    // RULE: recovered.told: who lost what members hold the relay's signature under says so, and is not taken for a liar (attack A17).
    const database = openDatabase(path);
    try {
      database.transaction(() => {
        database.exec("UPDATE restoration SET count = count + 1");
      });
    } finally {
      database.close();
    }
    return done(null);
  } finally {
    lock.release();
  }
}

/** The same of a database in PostgreSQL. Relays that run on it notice at once. Rejects when it cannot be reached or written. */
export async function markDatabaseRestored(address: string): Promise<Result<null, MarkFault>> {
  const connection = await PostgresConnection.open(address);
  try {
    const [found] = await connection.rows("SELECT to_regclass('relay') IS NOT NULL AS there");
    if (found!["there"] !== true) return failed("no_relay");
    const marked = await connection.rows("UPDATE relay SET restorations = restorations + 1 RETURNING restorations");
    return marked.length === 0 ? failed("no_relay") : done(null);
  } finally {
    await connection.close();
  }
}
