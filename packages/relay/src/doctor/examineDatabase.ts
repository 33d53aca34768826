import { equalBytes } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import { checkLogs } from "../backup/checkLogs.js";
import { PostgresData } from "../migration/postgresData.js";
import type { PostgresRow } from "../store/postgres/driver.js";
import { PostgresConnection } from "../store/postgres/postgresConnection.js";
import { tellsLine } from "../store/postgres/serverLine.js";
import { UNFINISHED } from "../store/postgres/postgresSchema.js";
import type { StoreFacts } from "./examineFolder.js";

/** What a database in PostgreSQL shows of itself. Times are ms since 1970, spans are ms. */
export interface DatabaseFacts {
  /** Such as 150018. */
  readonly version: number;
  /** It is a standby, or takes no writes: no relay can use it. */
  readonly isStandby: boolean;
  readonly isReadOnly: boolean;
  /** Whether it says where it is, by which relays notice a failover; null of a standby. */
  readonly tellsLine: boolean | null;
  /** `synchronous_commit`, `fsync`, `full_page_writes`, `synchronous_standby_names`. */
  readonly settings: Readonly<Record<string, string>>;
  /** Standbys that are connected; how many of them a commit waits for is null where this user may not see it. */
  readonly standbys: number;
  readonly synchronousStandbys: number | null;
  /** Relays' connections. */
  readonly relayConnections: number;
  /** Statements that wait for a lock, and for how long the first of them has. */
  readonly waiting: number;
  readonly longestWait: number;
  readonly clock: number;
  readonly bytes: number;
  /** Rooms were being moved into it, and it is not whole. */
  readonly isUnfinished: boolean;
  /** Whether it is of this relay's key; null where no relay has used it, or no key is known. */
  readonly isOfKey: boolean | null;
  /** Null where no relay has used it. */
  readonly store: StoreFacts | null;
}

/**
 * Looks at the database in PostgreSQL that relays keep their rooms in, whether relays run on it or not, and changes nothing in it:
 * reads every record of every room. Rejects with why it cannot be reached or read.
 */
export async function examineDatabase(address: string, relayKey: Uint8Array | null): Promise<DatabaseFacts> {
  const connection = await PostgresConnection.open(address);
  try {
    // So that nobody takes it for a relay.
    await connection.run("SET application_name = 'conclave doctor'");
    return await look(connection, relayKey);
  } finally {
    await connection.close();
  }
}

const SETTINGS = ["synchronous_commit", "fsync", "full_page_writes", "synchronous_standby_names"];

async function look(connection: PostgresConnection, relayKey: Uint8Array | null): Promise<DatabaseFacts> {
  const [server] = await connection.rows(
    `SELECT current_setting('server_version_num')::integer AS version, pg_is_in_recovery() AS standby,
       current_setting('transaction_read_only') = 'on' AS read_only, pg_database_size(current_database()) AS bytes,
       (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS clock,
       to_regclass('relay') IS NOT NULL AS used, to_regclass($1) IS NOT NULL AS unfinished`,
    [UNFINISHED],
  );
  const settings = await connection.rows("SELECT name, setting FROM pg_settings WHERE name = ANY($1)", [SETTINGS]);
  const [standbys] = await connection.rows(
    `SELECT count(*) AS n, count(sync_state) AS seen, count(*) FILTER (WHERE sync_state IN ('sync', 'quorum')) AS synchronous
     FROM pg_stat_replication WHERE application_name <> 'pg_basebackup'`,
  );
  const [others] = await connection.rows(
    `SELECT count(*) FILTER (WHERE application_name = 'conclave') AS relays,
       count(*) FILTER (WHERE wait_event_type = 'Lock') AS waiting,
       coalesce(max((extract(epoch FROM clock_timestamp() - query_start) * 1000)::bigint)
         FILTER (WHERE wait_event_type = 'Lock'), 0) AS longest
     FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );
  const count = (row: PostgresRow | undefined, name: string): number => row![name] as number;
  const relay = server!["used"] === true ? await relayRow(connection) : null;
  return {
    version: count(server, "version"),
    isStandby: server!["standby"] === true,
    isReadOnly: server!["read_only"] === true,
    tellsLine: server!["standby"] === true ? null : await tellsLine(connection),
    settings: Object.fromEntries(settings.map((row) => [row["name"] as string, row["setting"] as string])),
    standbys: count(standbys, "n"),
    synchronousStandbys: count(standbys, "seen") < count(standbys, "n") ? null : count(standbys, "synchronous"),
    relayConnections: count(others, "relays"),
    waiting: count(others, "waiting"),
    longestWait: count(others, "longest"),
    clock: count(server, "clock"),
    bytes: count(server, "bytes"),
    isUnfinished: server!["unfinished"] === true,
    isOfKey: relay === null || relayKey === null ? null : equalBytes(relay, relayKey),
    store: relay === null ? null : await storeOf(connection),
  };
}

async function relayRow(connection: PostgresConnection): Promise<Uint8Array | null> {
  const [row] = await connection.rows("SELECT public_key FROM relay");
  return (row?.["public_key"] as Uint8Array | undefined) ?? null;
}

async function storeOf(connection: PostgresConnection): Promise<StoreFacts> {
  const data = new PostgresData(connection);
  const logs = await checkLogs(data, (bytes) => nodeCrypto.hash("sha256", bytes));
  const { signedUntil, restorations } = await data.relay();
  const [newest] = await connection.rows(
    "SELECT coalesce(max(r.time), 0) AS time FROM room JOIN record r ON r.room = room.no AND r.n = room.n",
  );
  return { logs, signedUntil, restorations, lastRecord: newest!["time"] as number };
}
