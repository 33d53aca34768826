/** A value as both databases have it: bytes, a whole number of at most 2^53 - 1, or yes and no. */
export type MovedValue = number | boolean | Uint8Array | null;

/** A row, by the names that PostgreSQL's columns have. */
export type MovedRow = Readonly<Record<string, MovedValue>>;

/** What is in a column. `bytes?` and `number?` can be null. */
export type ColumnKind = "number" | "number?" | "smallint" | "integer" | "boolean" | "bytes" | "bytes?";

/** A table that moves. Its rows belong to an owner, and have an order among themselves. */
export interface MovedTable {
  readonly name: string;
  /** The column that says whose rows they are: a room's number, or a blob's. Null where they are nobody's. */
  readonly owner: "room" | "blob" | null;
  /** The column that a row is found by, among those of its owner. It is the first of `columns`. */
  readonly key: string;
  /** All columns but the owner's. */
  readonly columns: Readonly<Record<string, ColumnKind>>;
  /** How many rows are in memory at once: of sealed bytes, fewer. */
  readonly page: number;
}

const MANY = 512;
const FEW = 32;

/** The rooms themselves. Of a deleted one only its row moves, so that nobody makes another in its place. */
export const ROOM: MovedTable = {
  name: "room",
  owner: null,
  key: "no",
  columns: {
    no: "number",
    tag: "bytes",
    creation: "bytes",
    begin: "number",
    epoch: "number",
    n: "number",
    last_commit: "number",
    head: "bytes",
    lineage: "number",
    seen_at: "number",
    commits: "number",
    available_from: "number",
    message_bytes: "number",
    probation_bytes: "number",
    blob_bytes: "number",
    oldest: "number?",
    owed: "number",
    restored: "number",
    deleted: "boolean",
  },
  page: MANY,
};

/** The log's records. Of a pruned one, `payload` and `attachment` are the hashes. */
export const RECORD: MovedTable = {
  name: "record",
  owner: "room",
  key: "n",
  columns: {
    n: "number",
    kind: "smallint",
    epoch: "number",
    time: "number",
    append_id: "bytes",
    head: "bytes",
    on_probation: "boolean",
    parent: "number",
    pruned: "boolean",
    next_key: "bytes?",
    attachment: "bytes",
    payload: "bytes",
  },
  page: FEW,
};

/** Files. Those that are to be deleted do not move. */
export const BLOB: MovedTable = {
  name: "blob",
  owner: "room",
  key: "no",
  columns: { no: "number", blob_id: "bytes", size: "number", chunks: "integer", missing: "integer", time: "number" },
  page: MANY,
};

export const BLOB_CHUNK: MovedTable = {
  name: "blob_chunk",
  owner: "blob",
  key: "at",
  columns: { at: "integer", bytes: "bytes" },
  page: FEW,
};

export const INBOX: MovedTable = {
  name: "inbox",
  owner: null,
  key: "no",
  columns: { no: "number", inbox_id: "bytes", room_tag: "bytes", n: "number", time: "number", blob: "bytes" },
  page: FEW,
};

/** What else a room has. */
export const OF_ROOM: readonly MovedTable[] = [
  {
    name: "room_key",
    owner: "room",
    key: "n",
    columns: {
      n: "number",
      key: "bytes",
      epoch: "number",
      lineage: "number",
      slot_id: "bytes?",
      live: "boolean",
      since: "number",
      until: "number",
    },
    page: MANY,
  },
  { name: "roster", owner: "room", key: "hash", columns: { hash: "bytes", record: "bytes" }, page: FEW },
  {
    name: "slot",
    owner: "room",
    key: "slot_id",
    columns: {
      slot_id: "bytes",
      token_pub: "bytes",
      closed: "boolean",
      end_at: "number",
      time: "number",
      commits: "number",
    },
    page: MANY,
  },
  {
    name: "slot_version",
    owner: "room",
    key: "no",
    columns: { no: "number", slot_id: "bytes", n: "number", time: "number", on_probation: "boolean", blob: "bytes" },
    page: FEW,
  },
  {
    name: "request",
    owner: "room",
    key: "no",
    columns: {
      no: "number",
      slot_id: "bytes?",
      digest: "bytes",
      address: "bytes",
      time: "number",
      blob: "bytes",
    },
    page: FEW,
  },
];

/** All tables that move. */
export const ALL: readonly MovedTable[] = [ROOM, RECORD, ...OF_ROOM, BLOB, BLOB_CHUNK, INBOX];

/** What belongs to the whole relay. */
export interface RelayRow {
  /** What no receipt that was signed so far has reached, ms. */
  readonly signedUntil: number;
  /** How often the database was put back from a copy. */
  readonly restorations: number;
  /** The greatest number that was ever given to a request, an inbox item, a blob or a slot's version. */
  readonly lastNumber: number;
}

/** SQLite answers at once, PostgreSQL later. */
type Awaitable<T> = T | Promise<T>;

/** A relay's database that rooms move out of, or into. */
export interface RelayData {
  relay(): Awaitable<RelayRow>;
  /** The numbers of the rooms that are not deleted, in order. */
  rooms(): Awaitable<readonly number[]>;
  /** Does something that sees what is there at one moment. Not inside a transaction. */
  atOnce<T>(work: () => Promise<T>): Promise<T>;
  /** Writes what belongs to the whole relay. */
  setRelay(row: RelayRow): Awaitable<void>;
  /** The next rows of an owner (0 where the table has none) after a key, in order; null: from the first one on. */
  page(table: MovedTable, owner: number, after: MovedValue): Awaitable<readonly MovedRow[]>;
  add(table: MovedTable, owner: number, rows: readonly MovedRow[]): Awaitable<void>;
  /** How many rows there are, without those of deleted rooms and dropped blobs. */
  count(table: MovedTable): Awaitable<number>;
}
