import { done, failed, type Result } from "@conclave/codec";
import { backupDatabase, openDatabase } from "@conclave/sqlite";
import { existsSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { RECORD } from "../migration/movedTable.js";
import { SqliteData } from "../migration/sqliteData.js";
import { readRelaySeed } from "../server/relayKey.js";
import { noteBackup } from "./lastBackup.js";
import { sealFile } from "./sealedFile.js";
import { ownDraft } from "./ownDraft.js";
import { removeDatabase, syncFile, syncFolder } from "./durableFile.js";

/** The layout of the table that is in a backup and in no other database. */
export const BACKUP_FORMAT = 1;

/** What a backup holds, without deleted rooms. */
export interface BackupSummary {
  readonly rooms: number;
  readonly records: number;
  /** When it was made, ms. */
  readonly time: number;
}

/** Why no backup was made: `no_relay`: there is no relay's database or key in that folder. */
export type BackupFault = "no_relay";

/**
 * Copies all that a relay has into one file (mode 0600), also while the relay runs: its database as it is at one moment, and its
 * key. The file is on the disk, complete, before it takes its name, and replaces an older file of that name. With a passphrase it is
 * sealed, and nothing that is not sealed is ever written outside of the data folder.
 * Rejects with the system's or the driver's error when the file cannot be written, or the database cannot be read.
 */
export async function writeBackup(
  dataDir: string,
  file: string,
  now: number,
  passphrase: string | null = null,
): Promise<Result<BackupSummary, BackupFault>> {
  const [database, key] = [join(dataDir, "relay.db"), join(dataDir, "relay.key")];
  if (!existsSync(database) || !existsSync(key)) return failed("no_relay");
  const seed = readRelaySeed(key);
  // RULE: backup.own-draft: a backup that begins before another one has ended neither spoils it nor is spoilt by it.
  const draft = ownDraft(file, "new");
  // RULE: backup.sealed-before-it-leaves: the disk that a sealed backup goes to never has the key in the open.
  const copy = passphrase === null ? draft : ownDraft(database, "backup");
  try {
    backupDatabase(database, copy);
    const summary = addKey(copy, seed, now);
    if (passphrase !== null) await sealFile(copy, draft, passphrase);
    // RULE: backup.whole-or-not: who finds a backup under its name has all of it: an interrupted one leaves the older one.
    syncFile(draft);
    renameSync(draft, file);
    syncFolder(dirname(file));
    noteBackup(dataDir, { time: now, file });
    return done(summary);
  } catch (error) {
    removeDatabase(draft);
    throw error;
  } finally {
    if (copy !== draft) removeDatabase(copy);
  }
}

function addKey(draft: string, seed: Uint8Array, time: number): BackupSummary {
  const database = openDatabase(draft);
  try {
    database.transaction(() => {
      database.exec(
        "CREATE TABLE backup (one INTEGER PRIMARY KEY CHECK (one = 1), format INTEGER NOT NULL, time INTEGER NOT NULL," +
          " seed BLOB NOT NULL)",
      );
      database.prepare("INSERT INTO backup VALUES (1, ?, ?, ?)").run(BACKUP_FORMAT, time, seed);
    });
    // One file, with nothing beside it.
    database.prepare("PRAGMA journal_mode = DELETE").get();
    const data = new SqliteData(database);
    return { rooms: data.rooms().length, records: data.count(RECORD), time };
  } finally {
    database.close();
  }
}
