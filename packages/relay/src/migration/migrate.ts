import { done, equalBytes, failed, type Result } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import { openDatabase, takeFileLock } from "@conclave/sqlite";
import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import { giveToFolderOwner, removeDatabase, syncFile, syncFolder } from "../backup/durableFile.js";
import { fillFolder } from "../backup/fillFolder.js";
import { readRelaySeed, writeRelaySeed } from "../server/relayKey.js";
import { copyBeside } from "../store/copyFirst.js";
import { PostgresConnection } from "../store/postgres/postgresConnection.js";
import { migratePostgres, PostgresRefused, SCHEMA_LOCK, UNFINISHED } from "../store/postgres/postgresSchema.js";
import { migrate } from "../store/sqlite/schema.js";
import { draftPath } from "./draft.js";
import { ALL } from "./movedTable.js";
import { moveRooms, type MovedCounts } from "./moveRooms.js";
import { PostgresData } from "./postgresData.js";
import { SqliteData } from "./sqliteData.js";

/** Between which two a relay's rooms are moved. */
export interface Migration {
  /** The data folder. */
  readonly dataDir: string;
  /** The address of the database in PostgreSQL: a secret. */
  readonly database: string;
  /** The file of the relay's key, if it is not in the folder. */
  readonly keyFile?: string;
}

/** Why rooms were not moved. The target is as empty as it was. */
export type MigrationFault =
  /**
   * `no_relay`: the source has no relay's data. `no_key`: there is no key of a relay. `data_in_use`, `database_in_use`: a relay runs on
   * the folder, or is connected to the database. `not_empty`: the target has a relay's data already.
   */
  | { readonly code: "no_relay" | "no_key" | "data_in_use" | "database_in_use" | "not_empty" }
  /** `refused`: the database is another relay's, or of a newer version. `damaged`: the source cannot be read, or was changed. */
  | { readonly code: "refused" | "damaged"; readonly why: string };

type Moved = Result<MovedCounts, MigrationFault>;

const sha256 = (data: Uint8Array): Uint8Array => nodeCrypto.hash("sha256", data);

/**
 * Moves all that a relay has in its data folder into a database in PostgreSQL that is empty. The folder stays as it is; a relay that
 * is started on it again takes it for a copy that was put back, and asks members for what was written since.
 * Rejects with the driver's or the system's error when something cannot be read or written: then nothing was moved.
 */
export async function migrateToDatabase({ dataDir, database, keyFile }: Migration): Promise<Moved> {
  const file = join(dataDir, "relay.db");
  if (!existsSync(file)) return failed({ code: "no_relay" });
  const seed = seedOf(dataDir, keyFile);
  if (seed === null) return failed({ code: "no_key" });
  // RULE: migrate.no-relay-runs: what a relay writes while its rooms are moved would be acknowledged and lost.
  const lock = takeFileLock(join(dataDir, "relay.lock"));
  if (lock === null) return failed({ code: "data_in_use" });
  try {
    return await withConnection(database, async (connection) => {
      const prepared = await prepareDatabase(connection, nodeCrypto.ed25519PublicKey(seed));
      if (!prepared.ok) return prepared;
      const own = openDatabase(file);
      try {
        migrate(own, (version) => {
          copyBeside(file, version);
        });
        const moved = await moveRooms(new SqliteData(own), new PostgresData(connection), sha256);
        if (!moved.ok) return moved;
        await connection.run(`DROP TABLE ${UNFINISHED}`);
        // RULE: migrate.source-marked: two relays that go on from one log would sign two of them (attack A17). Before the target is
        // there for good: a relay that is started on the source again waits for what members know beyond it.
        own.exec("UPDATE restoration SET file = 'moved'");
        await connection.run("COMMIT");
        return moved;
      } finally {
        own.close();
      }
    });
  } finally {
    lock.release();
  }
}

/**
 * Moves all that relays have in a database in PostgreSQL into a data folder that has no rooms, with the relay's key. The database
 * stays as it is; relays that are started on it again ask members for what was written since. Rejects as {@link migrateToDatabase}.
 */
export async function migrateToFolder({ dataDir, database, keyFile }: Migration): Promise<Moved> {
  const seed = seedOf(dataDir, keyFile);
  if (seed === null) return failed({ code: "no_key" });
  const [file, draft] = [join(dataDir, "relay.db"), draftPath(dataDir)];
  return await fillFolder<MovedCounts, MigrationFault>(dataDir, async () => {
    if (existsSync(file) || existsSync(`${file}-wal`)) return failed({ code: "not_empty" });
    removeDatabase(draft);
    try {
      const moved = await withConnection(database, (connection) => intoDraft(connection, seed, draft));
      if (!moved.ok) return moved;
      if (!existsSync(join(dataDir, "relay.key"))) writeRelaySeed(join(dataDir, "relay.key"), seed);
      syncFile(draft);
      for (const path of [draft, join(dataDir, "relay.lock")]) giveToFolderOwner(path);
      renameSync(draft, file);
      syncFolder(dataDir);
      return moved;
    } finally {
      // Nothing where it has its name.
      removeDatabase(draft);
    }
  });
}

async function intoDraft(connection: PostgresConnection, seed: Uint8Array, draft: string): Promise<Moved> {
  const [found] = await connection.rows("SELECT to_regclass('relay') IS NOT NULL AS there");
  if (found!["there"] !== true) return failed({ code: "no_relay" });
  if (await isInUse(connection)) return failed({ code: "database_in_use" });
  const key = nodeCrypto.ed25519PublicKey(seed);
  const [relay] = await connection.rows("SELECT public_key FROM relay");
  if (relay === undefined) return failed({ code: "no_relay" });
  if (!equalBytes(relay["public_key"] as Uint8Array, key)) return failed({ code: "refused", why: OTHER_KEY });
  const [unfinished] = await connection.rows("SELECT to_regclass($1) IS NOT NULL AS there", [UNFINISHED]);
  if (unfinished!["there"] === true) return failed({ code: "no_relay" });
  await migratePostgres(connection, key);
  await connection.run("BEGIN");
  await connection.rows("SELECT pg_advisory_xact_lock($1)", [SCHEMA_LOCK]);
  // A relay that was cut off, and comes back, waits for the end.
  await connection.run(`LOCK TABLE relay, room IN SHARE ROW EXCLUSIVE MODE`);
  const own = openDatabase(draft);
  try {
    migrate(own, () => undefined);
    own.begin();
    const moved = await moveRooms(new PostgresData(connection), new SqliteData(own), sha256);
    if (!moved.ok) {
      own.rollback();
      return moved;
    }
    own.commit();
    // One file, with nothing beside it.
    own.prepare("PRAGMA journal_mode = DELETE").get();
    // As in the other direction: the source is marked before the target has its name.
    await connection.run("UPDATE relay SET restorations = restorations + 1");
    await connection.run("COMMIT");
    return moved;
  } finally {
    own.close();
  }
}

/** Begins the transaction into which everything is written, on a database that has its tables and nothing in them. */
async function prepareDatabase(connection: PostgresConnection, key: Uint8Array): Promise<Result<null, MigrationFault>> {
  if (await isInUse(connection)) return failed({ code: "database_in_use" });
  try {
    await migratePostgres(connection, key);
  } catch (error) {
    if (error instanceof PostgresRefused) return failed({ code: "refused", why: error.message });
    throw error;
  }
  // Marked first, durably; and then everything in one transaction, whose end takes the mark away.
  for (const step of [`CREATE TABLE IF NOT EXISTS ${UNFINISHED} ()`, null]) {
    await connection.run("BEGIN");
    await connection.rows("SELECT pg_advisory_xact_lock($1)", [SCHEMA_LOCK]);
    for (const { name } of ALL) {
      const found = await connection.rows(`SELECT 1 AS one FROM ${name} LIMIT 1`);
      if (found.length > 0) return failed({ code: "not_empty" });
    }
    if (step === null) break;
    await connection.run(step);
    await connection.run("COMMIT");
  }
  return done(null);
}

/** Whether a relay is connected: each has a connection open as long as it runs and reaches the database. */
async function isInUse(connection: PostgresConnection): Promise<boolean> {
  const others = await connection.rows(
    "SELECT 1 AS one FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'conclave' AND pid <> pg_backend_pid() LIMIT 1",
  );
  return others.length > 0;
}

const OTHER_KEY = "this database holds the rooms of a relay with another key: give the file of that key";

function seedOf(dataDir: string, keyFile: string | undefined): Uint8Array | null {
  const file = keyFile ?? join(dataDir, "relay.key");
  return existsSync(file) ? readRelaySeed(file) : null;
}

/** What is open when the connection closes, is undone. */
async function withConnection<T>(address: string, work: (connection: PostgresConnection) => Promise<T>): Promise<T> {
  const connection = await PostgresConnection.open(address);
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}
