import { done, failed, type Result } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import { openDatabase, type Database } from "@conclave/sqlite";
import { copyFileSync, constants, existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import { hasRelaySeed, writeRelaySeed } from "../server/relayKey.js";
import { migrate } from "../store/sqlite/schema.js";
import { BACKUP_FORMAT, type BackupSummary } from "./backup.js";
import { SqliteData } from "../migration/sqliteData.js";
import { checkLogs } from "./checkLogs.js";
import { fillFolder } from "./fillFolder.js";
import { isSealedFile, openSealedFile } from "./sealedFile.js";
import { giveToFolderOwner, removeDatabase, syncFile, syncFolder } from "./durableFile.js";

/** Why a backup was not restored. Nothing was changed. */
export type RestoreFault =
  /** `not_a_backup`: the file is no backup of a relay. `damaged`: it was changed or is not whole. */
  | { readonly code: "not_a_backup" | "damaged"; readonly why: string }
  /** `other_version`: it is of a version of the relay that this one cannot read; `why` says which. */
  | { readonly code: "other_version"; readonly why: string }
  /** `sealed`: it needs a passphrase. `wrong_passphrase`: it has another one. */
  | { readonly code: "sealed" | "wrong_passphrase" }
  /** `folder_in_use`: the folder has a relay's data. `data_in_use`: another relay is running on it. */
  | { readonly code: "folder_in_use" | "data_in_use" };

/**
 * Puts what a backup holds into a folder that has no relay's data: checks the whole file first, and every room's log in it.
 * The relay that is started there then asks members for what it does not have (docs/protocol.md §6, Recovery).
 * Rejects with the system's or the driver's error when something cannot be read or written.
 */
export async function restoreBackup(
  file: string,
  dataDir: string,
  passphrase: string | null = null,
): Promise<Result<BackupSummary, RestoreFault>> {
  const draft = join(dataDir, "relay.db.restoring");
  return await fillFolder<BackupSummary, RestoreFault>(dataDir, async () => {
    try {
      return await restoreLocked(file, dataDir, draft, passphrase);
    } finally {
      removeDatabase(draft);
    }
  });
}

async function restoreLocked(
  file: string,
  dataDir: string,
  draft: string,
  passphrase: string | null,
): Promise<Result<BackupSummary, RestoreFault>> {
  const [target, key] = [join(dataDir, "relay.db"), join(dataDir, "relay.key")];
  // RULE: restore.replaces-nothing: what is in the folder may be newer than the backup, and is somebody's only copy.
  if (existsSync(target) || existsSync(`${target}-wal`)) return failed({ code: "folder_in_use" });
  removeDatabase(draft);
  if (isSealedFile(file)) {
    if (passphrase === null) return failed({ code: "sealed" });
    const opened = await openSealedFile(file, draft, passphrase);
    if (!opened.ok) {
      const why = "it was changed after it was sealed, or is not whole";
      return failed(opened.error === "damaged" ? { code: "damaged", why } : { code: opened.error });
    }
  } else copyFileSync(file, draft, constants.COPYFILE_FICLONE);
  const taken = await takeIn(draft);
  if (!taken.ok) return taken;
  const { seed, summary } = taken.value;
  // An interrupted restore leaves the key behind, without a database: the same one may go on.
  if (existsSync(key) && !hasRelaySeed(key, seed)) return failed({ code: "folder_in_use" });
  syncFile(draft);
  for (const path of [draft, join(dataDir, "relay.lock")]) giveToFolderOwner(path);
  if (!existsSync(key)) writeRelaySeed(key, seed);
  renameSync(draft, target);
  syncFolder(dataDir);
  return done(summary);
}

type Taken = { readonly seed: Uint8Array; readonly summary: BackupSummary };

async function takeIn(draft: string): Promise<Result<Taken, RestoreFault>> {
  let database: Database;
  try {
    database = openDatabase(draft);
  } catch (error) {
    return failed({ code: "not_a_backup", why: reason(error) });
  }
  try {
    return await checkAndPrepare(database);
  } finally {
    database.close();
  }
}

async function checkAndPrepare(database: Database): Promise<Result<Taken, RestoreFault>> {
  const checked = check(database);
  if (!checked.ok) return checked;
  try {
    migrate(database, () => undefined);
  } catch (error) {
    return failed({ code: "other_version", why: reason(error) });
  }
  // RULE: restore.checked-first: nothing is put in place before all of it was read and every log leads to its heads.
  const logs = await checkLogs(new SqliteData(database), (data) => nodeCrypto.hash("sha256", data));
  const first = logs.damaged[0];
  if (first !== undefined) return failed({ code: "damaged", why: `room ${first.room}: ${first.why}` });
  // RULE: restore.marked: the relay that is started on it waits for those who know more (docs/protocol.md §6, Recovery).
  database.exec("UPDATE restoration SET count = count + 1, file = ''");
  database.exec("PRAGMA secure_delete = ON");
  database.exec("DROP TABLE backup");
  database.prepare("PRAGMA journal_mode = DELETE").get();
  const { seed, time } = checked.value;
  return done({ seed, summary: { rooms: logs.rooms, records: logs.records, time } });
}

function check(database: Database): Result<{ readonly seed: Uint8Array; readonly time: number }, RestoreFault> {
  const fault = sqliteFault(database);
  if (fault !== null) return failed({ code: "damaged", why: fault });
  const isThere = database.prepare("SELECT 1 AS one FROM sqlite_schema WHERE type = 'table' AND name = 'backup'").get();
  if (isThere === null) return failed({ code: "not_a_backup", why: "it is another SQLite database" });
  const row = database.prepare("SELECT format, time, seed FROM backup").get();
  if (row?.["format"] !== BACKUP_FORMAT) return failed({ code: "other_version", why: "its format is another one" });
  const { seed, time } = row;
  if (!(seed instanceof Uint8Array) || seed.length !== 32 || typeof time !== "number") {
    return failed({ code: "damaged", why: "the relay's key in it is not one" });
  }
  return done({ seed, time });
}

/** What is wrong with a SQLite file by its own check; null if nothing is. */
export function sqliteFault(database: Database): string | null {
  try {
    const whole = database.prepare("PRAGMA integrity_check(1)").get()?.["integrity_check"];
    return whole === "ok" ? null : String(whole);
  } catch (error) {
    return reason(error);
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : "it cannot be read";
}
