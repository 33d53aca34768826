import { PostgresConnection } from "./postgresConnection.js";

/**
 * One step for each version of the schema, forward only. Bytes are sealed, and do not compress: they are stored as they are.
 * The rows of rooms are changed by each append: a fill factor leaves room for it beside them, so that no index is written.
 */
const STEPS: readonly string[] = [
  `
  -- Numbers of rooms, slots' versions, requests, inbox items and blobs: each greater than all before it.
  CREATE SEQUENCE number;
  CREATE TABLE room (
    no bigint PRIMARY KEY, tag bytea NOT NULL UNIQUE, creation bytea NOT NULL, epoch bigint NOT NULL, n bigint NOT NULL,
    begin bigint NOT NULL,
    last_commit bigint NOT NULL, head bytea NOT NULL, lineage bigint NOT NULL, seen_at bigint NOT NULL,
    commits bigint NOT NULL, available_from bigint NOT NULL, message_bytes bigint NOT NULL,
    probation_bytes bigint NOT NULL, blob_bytes bigint NOT NULL, oldest bigint, owed bigint NOT NULL,
    restored bigint NOT NULL, deleted boolean NOT NULL DEFAULT false,
    -- Nothing is left of a deleted one but this row.
    purged boolean NOT NULL DEFAULT false
  ) WITH (fillfactor = 60);
  CREATE INDEX room_oldest ON room (oldest) WHERE oldest IS NOT NULL;
  CREATE INDEX room_deleted ON room (no) WHERE deleted AND NOT purged;
  -- Each commit registers one key, and its n names it.
  CREATE TABLE room_key (
    room bigint NOT NULL, n bigint NOT NULL, key bytea NOT NULL, epoch bigint NOT NULL, lineage bigint NOT NULL,
    slot_id bytea, live boolean NOT NULL, since bigint NOT NULL, until bigint NOT NULL, PRIMARY KEY (room, n)
  );
  CREATE TABLE record (
    room bigint NOT NULL, n bigint NOT NULL, kind smallint NOT NULL, epoch bigint NOT NULL, time bigint NOT NULL,
    append_id bytea NOT NULL, head bytea NOT NULL, on_probation boolean NOT NULL, parent bigint NOT NULL,
    pruned boolean NOT NULL, next_key bytea, attachment bytea NOT NULL, payload bytea NOT NULL, PRIMARY KEY (room, n)
  );
  ALTER TABLE record ALTER payload SET STORAGE EXTERNAL, ALTER attachment SET STORAGE EXTERNAL;
  -- An append is in the log once, whichever relay it is sent to, and however often.
  CREATE UNIQUE INDEX record_once ON record (room, append_id);
  CREATE INDEX record_on_probation ON record (room, epoch, n) WHERE next_key IS NOT NULL AND on_probation;
  -- before: the record that it follows.
  CREATE TABLE roster (
    room bigint NOT NULL, hash bytea NOT NULL, before bytea, record bytea NOT NULL, PRIMARY KEY (room, hash)
  );
  ALTER TABLE roster ALTER record SET STORAGE EXTERNAL;
  CREATE TABLE slot (
    room bigint NOT NULL, slot_id bytea NOT NULL, token_pub bytea NOT NULL, closed boolean NOT NULL,
    end_at bigint NOT NULL, time bigint NOT NULL, commits bigint NOT NULL, PRIMARY KEY (room, slot_id)
  );
  CREATE INDEX slot_end ON slot (end_at) WHERE end_at > 0;
  CREATE INDEX slot_time ON slot (time);
  CREATE TABLE slot_version (
    no bigint PRIMARY KEY DEFAULT nextval('number'), room bigint NOT NULL, slot_id bytea NOT NULL, n bigint NOT NULL,
    time bigint NOT NULL, on_probation boolean NOT NULL, blob bytea NOT NULL
  );
  CREATE INDEX slot_version_slot ON slot_version (room, slot_id);
  CREATE TABLE request (
    no bigint PRIMARY KEY, room bigint NOT NULL, slot_id bytea, digest bytea NOT NULL, address bytea NOT NULL,
    time bigint NOT NULL, blob bytea NOT NULL
  );
  CREATE INDEX request_room ON request (room, no);
  CREATE INDEX request_slot ON request (room, slot_id);
  CREATE INDEX request_time ON request (time);
  CREATE TABLE inbox (
    no bigint PRIMARY KEY, inbox_id bytea NOT NULL, room_tag bytea NOT NULL, n bigint NOT NULL, time bigint NOT NULL,
    blob bytea NOT NULL
  );
  CREATE INDEX inbox_of ON inbox (inbox_id, no);
  CREATE INDEX inbox_time ON inbox (time);
  CREATE TABLE blob (
    no bigint PRIMARY KEY, room bigint NOT NULL, blob_id bytea NOT NULL, size bigint NOT NULL, chunks integer NOT NULL,
    missing integer NOT NULL, time bigint NOT NULL, dropped boolean NOT NULL
  );
  CREATE UNIQUE INDEX blob_of ON blob (room, blob_id) WHERE NOT dropped;
  CREATE INDEX blob_complete ON blob (time) WHERE missing = 0 AND NOT dropped;
  CREATE INDEX blob_unfinished ON blob (time) WHERE missing > 0 AND NOT dropped;
  CREATE INDEX blob_dropped ON blob (no) WHERE dropped;
  CREATE TABLE blob_chunk (blob bigint NOT NULL, at integer NOT NULL, bytes bytea NOT NULL, PRIMARY KEY (blob, at));
  ALTER TABLE blob_chunk ALTER bytes SET STORAGE EXTERNAL;
  `,
  // Where this row is, so that another place is noticed; empty for a place that nobody has looked at.
  "ALTER TABLE relay ADD server_line text NOT NULL DEFAULT ''",
];

/** The transaction-level lock under which the schema is changed: any number that nobody else uses in this database. */
export const SCHEMA_LOCK = 0x636f6e63;

/** The table that is there as long as rooms are being moved into a database. */
export const UNFINISHED = "unfinished_migration";

/** Why a database is not used: for the operator. */
export class PostgresRefused extends Error {
  override readonly name = "PostgresRefused";
}

/** The public key of the relay whose rooms a database holds; null where none has used it. */
export async function databaseKey(address: string): Promise<Uint8Array | null> {
  const connection = await PostgresConnection.open(address);
  try {
    const [row] = await connection.rows("SELECT to_regclass('relay') IS NOT NULL AS used");
    if (row!["used"] !== true) return null;
    const [relay] = await connection.rows("SELECT public_key FROM relay");
    return (relay?.["public_key"] as Uint8Array | undefined) ?? null;
  } finally {
    await connection.close();
  }
}

/**
 * Brings a database to the newest schema, and makes it this relay key's. Relays that start at once do it one after the other.
 * @throws PostgresRefused if it is of a newer version, or holds the rooms of a relay with another key. Nothing was changed then.
 */
export async function migratePostgres(
  connection: PostgresConnection,
  relayKey: Uint8Array,
  steps = STEPS,
): Promise<void> {
  await connection.run("BEGIN");
  try {
    await connection.rows("SELECT pg_advisory_xact_lock($1)", [SCHEMA_LOCK]);
    await connection.run(
      `CREATE TABLE IF NOT EXISTS relay (
        one boolean PRIMARY KEY CHECK (one), schema integer NOT NULL, public_key bytea NOT NULL,
        -- What no receipt signed so far has reached, the least that is signed, and when the server began that both are of.
        signed_until bigint NOT NULL, floor bigint NOT NULL, server_began bigint NOT NULL,
        restorations bigint NOT NULL
      )`,
    );
    await connection.rows("INSERT INTO relay VALUES (true, 0, $1, 0, 0, 0, 0) ON CONFLICT DO NOTHING", [relayKey]);
    const [relay] = await connection.rows("SELECT schema, public_key FROM relay");
    const version = relay!["schema"] as number;
    if (version > steps.length) throw new PostgresRefused("this database was made by a newer version of the relay");
    // RULE: relay.key-of-database: rooms pin the key of their relay: with another one, each receipt would be taken for a forgery.
    if (Buffer.compare(relay!["public_key"] as Uint8Array, relayKey) !== 0) {
      throw new PostgresRefused(
        "this database holds the rooms of a relay with another key: give this relay that key's file",
      );
    }
    for (const step of steps.slice(version)) await connection.run(step);
    await connection.rows("UPDATE relay SET schema = $1", [steps.length]);
    await connection.run("COMMIT");
  } catch (error) {
    await connection.run("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

/**
 * RULE: migrate.unfinished-refused: a database into which a move of rooms was interrupted is empty: a relay on it would tell
 * everybody that their rooms do not exist. @throws PostgresRefused
 */
export async function refuseUnfinished(connection: PostgresConnection): Promise<void> {
  const [row] = await connection.rows("SELECT to_regclass($1) IS NOT NULL AS there", [UNFINISHED]);
  if (row!["there"] !== true) return;
  throw new PostgresRefused(
    "rooms are being moved into this database, or that was interrupted: wait for conclave migrate, or run it again",
  );
}
