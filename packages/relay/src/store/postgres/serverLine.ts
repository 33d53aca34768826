import { StoreAway } from "../sharedStore.js";
import type { PostgresConnection } from "./postgresConnection.js";
import { sqlStateOf } from "./sqlState.js";

/**
 * Where the relay's row is: the cluster, its timeline (a standby that takes over begins a new one) and the table (one that comes
 * from a dump is another). In one statement, so that of several relays one counts it.
 */
const LINE =
  "SELECT (SELECT system_identifier FROM pg_control_system()) || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8) AS line";
const NOTICE = `
  WITH here AS (${LINE})
  UPDATE relay SET restorations = restorations + (server_line <> '')::integer, server_line = line || '/' || relay.tableoid
  FROM here WHERE server_line <> line || '/' || relay.tableoid`;

/** Of a PostgreSQL that does not say these things, to this user or at all: no such function, no right to it, not supported. */
const UNTOLD: ReadonlySet<string> = new Set(["42501", "42883", "0A000"]);

/**
 * Looks, on a new connection, whether this is still the server that the rooms were on, and counts it as a restore from a copy if not.
 * Where PostgreSQL does not tell, nothing is counted: then `conclave relay recovered` does it. Rejects with `StoreAway` at a standby: what
 * is connected there has to be looked at again when that takes over.
 *
 * RULE: recovered.failover-noticed: a standby may lack what members hold the relay's signature under: nothing is signed on it before they
 * could say so, and no relay is taken for a liar because nobody told it (attack A17).
 */
export async function noticeServer(connection: PostgresConnection): Promise<void> {
  await ifTold(connection, NOTICE);
}

/** Whether PostgreSQL tells this user where it is: if not, no failover is noticed. Not for a standby. */
export async function tellsLine(connection: PostgresConnection): Promise<boolean> {
  return await ifTold(connection, LINE);
}

async function ifTold(connection: PostgresConnection, text: string): Promise<boolean> {
  try {
    await connection.rows(text);
    return true;
  } catch (error) {
    const sqlState = sqlStateOf(error instanceof StoreAway ? error.cause : error);
    if (!UNTOLD.has(sqlState ?? "")) throw error;
    return false;
  }
}
