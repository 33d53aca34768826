/** Embedded SQLite for Node: one small synchronous interface over `node:sqlite` or `libsql`, durable by construction. */
export { DatabaseBroken, WriteRefused, type Database, type SqlRow, type Statement } from "./database.js";
export type { SqlValue } from "./driver.js";
export type { DriverName } from "./driver.js";
export { openDatabase, type DatabaseOptions } from "./openDatabase.js";
export { openReader, openUnwritable } from "./unwritable.js";
export { takeFileLock, type FileLock } from "./fileLock.js";
export { backupDatabase } from "./backup.js";
