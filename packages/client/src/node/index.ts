/** What a client needs in Node: storage in one SQLite file, the lock of a home, the `ws` transport. */
export { readSqliteRecords, SqliteStorage } from "./sqliteStorage.js";
export { HomeLock } from "./homeLock.js";
export { WsTransport } from "./wsTransport.js";
export { systemClock, systemRandom } from "../ports/system.js";
