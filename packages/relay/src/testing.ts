/** A client at the level of frames, for tests of a relay: it speaks the protocol and decides nothing. */
export { type Ask, commitAppend, type Key, messageAppend, newKey, ScriptedClient } from "./core/scriptedClient.js";
export { hasPostgres, PostgresServer } from "./store/postgres/postgresServer.js";
export { SocketClient, upgradeStatus } from "./server/socketClient.js";
