import type { FolderFacts } from "@conclave/relay";
import type { ServeConfig } from "../config/settings.js";
import { fileSize } from "../terminal/fileSize.js";
import { otherCommand } from "../terminal/nextCommand.js";
import { dayAndTime } from "../terminal/when.js";
import { bad, good, span, unseen, type Finding } from "./finding.js";
import { clockFinding, roomsFinding } from "./storeFindings.js";

const MIB = 1024 * 1024;
/** Less than this above what is left free is said before the relay stops to take anything. */
const NARROW_BYTES = 256 * MIB;
/** A day, and what a daily job may be late. */
const BACKUP_AGE_MS = 26 * 3_600_000;

/** What a data folder shows, without what is in PostgreSQL. */
export function folderFindings(facts: FolderFacts, data: string, now: number): Finding[] {
  if (facts.isUnfinished) {
    return [
      bad(
        "file",
        "Moving rooms into this folder was interrupted: it has none of them yet.",
        `Run it again: ${otherCommand("migrate", "--to", "folder", "--data", data)}`,
      ),
    ];
  }
  const { database } = facts;
  if (database === null) return [];
  const restore = `Look at the disk first. Then stop the relay, and put the newest backup into an empty folder: ${otherCommand("restore", "FILE", "--data", "DIR")}. Members' devices bring back what came after it.`;
  const file =
    database.fault === null
      ? good("file", `relay.db (${fileSize(database.bytes)}) passes SQLite's own check.`)
      : bad("file", `relay.db cannot be used as it is: ${database.fault}.`, restore);
  if (database.store === null) return [file];
  const hasRooms = database.store.logs.rooms > 0;
  return [
    file,
    roomsFinding(database.store, restore),
    clockFinding(database.store, now, "This machine's clock"),
    backupFinding(facts, data, hasRooms, now),
  ];
}

/** Whether there is space, by what is to be left free. */
export function diskFinding({ freeBytes }: FolderFacts, { keepFree, roomFiles }: ServeConfig): Finding {
  const text = `${fileSize(freeBytes)} free. With less than ${fileSize(keepFree * MIB)} nothing new is taken; one room can take ${fileSize((roomFiles + 1024) * MIB)}.`;
  if (freeBytes >= keepFree * MIB + NARROW_BYTES) return good("disk", text);
  return bad(
    "disk",
    text,
    "Free some space on that disk. --keep-messages 30d deletes older messages, and --room-files limits files.",
  );
}

function backupFinding({ lastBackup }: FolderFacts, data: string, hasRooms: boolean, now: number): Finding {
  const todo = `Make one now, and each day from cron: ${otherCommand("backup", "FILE", "--data", data)}`;
  if (lastBackup === null) {
    if (!hasRooms) return unseen("backup", "There is no backup, and nothing to lose yet.");
    return bad("backup", "No backup was ever made of this folder by this program.", todo);
  }
  const { time, file } = lastBackup;
  const text = `The newest backup is of ${dayAndTime(time)}, in ${file}.`;
  if (now - time <= BACKUP_AGE_MS) return good("backup", text);
  return bad("backup", `${text} That is ${span(now - time)} ago.`, todo);
}
