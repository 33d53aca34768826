import type { Database } from "@conclave/sqlite";

/**
 * Databases of earlier versions are of rooms that nobody can follow any more, so they are refused and left as they are.
 */
const FIRST_VERSION = 7;

/**
 * One step for each version of the schema from {@link FIRST_VERSION} on, forward only. `PRAGMA user_version` says which
 * version a database is of. Records are keyed by `room * 2^32 + n`: one B-tree, no second index, appending at the room's
 * end.
 */
const STEPS: readonly string[] = [
  `
  CREATE TABLE room (
    no INTEGER PRIMARY KEY, tag BLOB NOT NULL UNIQUE, creation BLOB NOT NULL, begin INTEGER NOT NULL,
    epoch INTEGER NOT NULL, n INTEGER NOT NULL, last_commit INTEGER NOT NULL, head BLOB NOT NULL,
    lineage INTEGER NOT NULL, seen_at INTEGER NOT NULL, commits INTEGER NOT NULL, available_from INTEGER NOT NULL,
    message_bytes INTEGER NOT NULL, probation_bytes INTEGER NOT NULL,
    blob_bytes INTEGER NOT NULL, oldest INTEGER, owed INTEGER NOT NULL, restored INTEGER NOT NULL,
    -- 1: deleted, but what it had is still to be purged; 2: only its tag and number are left, so that neither is used again.
    deleted INTEGER NOT NULL DEFAULT 0
  );
  CREATE INDEX room_deleted ON room (no) WHERE deleted = 1;
  CREATE INDEX room_oldest ON room (oldest) WHERE oldest IS NOT NULL;
  -- Not in the room's row, which every message writes: these change with commits only.
  CREATE TABLE room_key (
    room INTEGER NOT NULL, n INTEGER NOT NULL, key BLOB NOT NULL, epoch INTEGER NOT NULL, lineage INTEGER NOT NULL,
    slot BLOB, live INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL, PRIMARY KEY (room, n)
  ) WITHOUT ROWID;
  CREATE TABLE record (
    id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, epoch INTEGER NOT NULL, time INTEGER NOT NULL, append_id BLOB NOT NULL,
    head BLOB NOT NULL, on_probation INTEGER NOT NULL, parent INTEGER NOT NULL, attachment BLOB, next_key BLOB,
    payload BLOB NOT NULL
  );
  -- By room first: an append looks where the other appends of its room are, not all over the index.
  CREATE UNIQUE INDEX record_once ON record (id >> 32, append_id);
  CREATE INDEX record_on_probation ON record (epoch, id) WHERE next_key IS NOT NULL AND on_probation = 1;
  CREATE TABLE roster (id INTEGER PRIMARY KEY, room INTEGER NOT NULL, hash BLOB NOT NULL, record BLOB NOT NULL);
  CREATE UNIQUE INDEX roster_hash ON roster (room, hash);
  CREATE TABLE slot (
    room INTEGER NOT NULL, slot_id BLOB NOT NULL, token_pub BLOB NOT NULL, closed INTEGER NOT NULL,
    end_at INTEGER NOT NULL, time INTEGER NOT NULL, commits INTEGER NOT NULL, PRIMARY KEY (room, slot_id)
  ) WITHOUT ROWID;
  CREATE INDEX slot_end ON slot (end_at) WHERE end_at > 0;
  CREATE INDEX slot_time ON slot (time);
  CREATE TABLE slot_version (
    id INTEGER PRIMARY KEY, room INTEGER NOT NULL, slot_id BLOB NOT NULL, blob BLOB NOT NULL, n INTEGER NOT NULL,
    time INTEGER NOT NULL, on_probation INTEGER NOT NULL
  );
  CREATE INDEX slot_version_slot ON slot_version (room, slot_id);
  CREATE TABLE request (
    id INTEGER PRIMARY KEY AUTOINCREMENT, room INTEGER NOT NULL, slot_id BLOB, digest BLOB NOT NULL,
    address BLOB NOT NULL, blob BLOB NOT NULL, time INTEGER NOT NULL
  );
  CREATE INDEX request_slot ON request (room, slot_id, digest);
  CREATE INDEX request_time ON request (time);
  CREATE TABLE inbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT, inbox_id BLOB NOT NULL, room_tag BLOB NOT NULL, n INTEGER NOT NULL,
    blob BLOB NOT NULL, time INTEGER NOT NULL
  );
  CREATE INDEX inbox_of ON inbox (inbox_id, room_tag);
  CREATE INDEX inbox_time ON inbox (time);
  CREATE TABLE relay_time (one INTEGER PRIMARY KEY CHECK (one = 1), signed_until INTEGER NOT NULL);
  INSERT INTO relay_time VALUES (1, 0);
  -- How often this file was put back from a copy, and which file it is: a copy is another one.
  CREATE TABLE restoration (one INTEGER PRIMARY KEY CHECK (one = 1), count INTEGER NOT NULL, file TEXT NOT NULL);
  INSERT INTO restoration VALUES (1, 0, '');
  -- A chunk's id is blob * 2^20 + index.
  CREATE TABLE blob (
    no INTEGER PRIMARY KEY AUTOINCREMENT, room INTEGER NOT NULL, blob_id BLOB NOT NULL, size INTEGER NOT NULL,
    chunks INTEGER NOT NULL, missing INTEGER NOT NULL, time INTEGER NOT NULL, dropped INTEGER NOT NULL
  );
  CREATE UNIQUE INDEX blob_of ON blob (room, blob_id) WHERE dropped = 0;
  CREATE INDEX blob_unfinished ON blob (time) WHERE dropped = 0 AND missing <> 0;
  CREATE INDEX blob_complete ON blob (time) WHERE dropped = 0 AND missing = 0;
  CREATE INDEX blob_dropped ON blob (no) WHERE dropped = 1;
  CREATE TABLE blob_chunk (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
  `,
];

/**
 * Brings a database to the newest schema. `copyFirst` is called with the old version before a database that holds something
 * is changed. @throws Error, with a sentence for the operator, if it was made by a newer version of the relay, or by one
 * whose logs cannot be read any more. Then nothing was changed.
 */
export function migrate(database: Database, copyFirst: (version: number) => void, steps = STEPS): void {
  const newest = FIRST_VERSION + steps.length - 1;
  const version = versionOf(database);
  const fault = versionFault(database, steps);
  if (fault !== null) throw new Error(fault);
  if (version === newest) return;
  if (version > 0) copyFirst(version);
  database.transaction(() => {
    for (const step of steps.slice(version === 0 ? 0 : version - FIRST_VERSION + 1)) database.exec(step);
    database.exec(`PRAGMA user_version = ${newest}`);
  });
}

/** Why this version of the relay cannot use a database, in a sentence for the operator; null if it can. */
export function versionFault(database: Database, steps = STEPS): string | null {
  const version = versionOf(database);
  if (version >= FIRST_VERSION + steps.length) return "this database was made by a newer version of the relay";
  if (version === 0 || version >= FIRST_VERSION) return null;
  return "this data folder was made by an early version of the relay, before 0.1.0, whose rooms cannot be continued: nothing in it was changed; start with an empty folder";
}

function versionOf(database: Database): number {
  return Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
}
