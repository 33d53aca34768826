import { nodeCrypto } from "@conclave/crypto/node";
import { openReader, takeFileLock, type Database } from "@conclave/sqlite";
import { existsSync, statfsSync, statSync } from "node:fs";
import { join } from "node:path";
import { checkLogs, type LogCheck } from "../backup/checkLogs.js";
import { lastBackup, type LastBackup } from "../backup/lastBackup.js";
import { sqliteFault } from "../backup/restore.js";
import { draftPath } from "../migration/draft.js";
import { SqliteData } from "../migration/sqliteData.js";
import { versionFault } from "../store/sqlite/schema.js";
import { readNumber } from "../store/sqlite/row.js";

/** What a relay's store holds, whichever it is. Times are ms since 1970. */
export interface StoreFacts {
  readonly logs: LogCheck;
  /** What no receipt that was signed so far has reached, and when the newest record of any room was written; 0 for none. */
  readonly signedUntil: number;
  readonly lastRecord: number;
  /** How often it was put back from a copy. */
  readonly restorations: number;
}

/** What a data folder shows of itself. */
export interface FolderFacts {
  /** A relay runs on it. */
  readonly isRunning: boolean;
  /** Rooms were being moved into it, and it is not whole. */
  readonly isUnfinished: boolean;
  /** Null where there is no database; `fault` says why what is there cannot be used, as far as it is known. */
  readonly database: {
    readonly fault: string | null;
    readonly store: StoreFacts | null;
    readonly bytes: number;
  } | null;
  readonly freeBytes: number;
  readonly lastBackup: LastBackup | null;
}

/**
 * Looks at a relay's data folder, whether a relay runs on it or not, and changes nothing in it: reads every record of every room.
 * Rejects with the system's error when the folder cannot be read.
 */
export async function examineFolder(dataDir: string): Promise<FolderFacts> {
  const path = join(dataDir, "relay.db");
  const { bavail, bsize } = statfsSync(dataDir);
  const wasRunning = isInUse(dataDir);
  let database = existsSync(path) ? await examineFile(path, !wasRunning) : null;
  const isRunning = isInUse(dataDir);
  // It was started meanwhile: what was read may be half of before and half of after.
  if (database !== null && isRunning && !wasRunning) database = await examineFile(path, false);
  return {
    isRunning,
    isUnfinished: existsSync(draftPath(dataDir)) && !existsSync(path),
    database,
    freeBytes: bavail * bsize,
    lastBackup: lastBackup(dataDir),
  };
}

/** Whether a relay runs on a folder. It can start at any time: nobody waits for who only looks. */
function isInUse(dataDir: string): boolean {
  const path = join(dataDir, "relay.lock");
  // Taking a lock that is not there would make it.
  if (!existsSync(path)) return false;
  const lock = takeFileLock(path);
  lock?.release();
  return lock === null;
}

async function examineFile(path: string, isStill: boolean): Promise<FolderFacts["database"]> {
  const bytes = ["", "-wal"].reduce((sum, beside) => sum + sizeOf(`${path}${beside}`), 0);
  let database: Database;
  try {
    database = openReader(path, isStill);
  } catch (error) {
    return { fault: reasonOf(error), store: null, bytes };
  }
  try {
    const fault = versionFault(database) ?? sqliteFault(database);
    // Also where the file is damaged, most rooms may be whole.
    return { fault, store: await storeOf(database), bytes };
  } catch (error) {
    return { fault: reasonOf(error), store: null, bytes };
  } finally {
    database.close();
  }
}

async function storeOf(database: Database): Promise<StoreFacts> {
  const data = new SqliteData(database);
  const logs = await checkLogs(data, (bytes) => nodeCrypto.hash("sha256", bytes));
  const { signedUntil, restorations } = data.relay();
  const newest = "SELECT coalesce(max(time), 0) AS time FROM room JOIN record ON id = no * 4294967296 + n";
  return { logs, signedUntil, restorations, lastRecord: readNumber(database.prepare(newest).get()!, "time") };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : "it cannot be read";
}
