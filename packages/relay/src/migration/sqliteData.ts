import { concatBytes } from "@conclave/codec";
import type { Database, SqlRow, SqlValue } from "@conclave/sqlite";
import { ID_BYTES } from "@conclave/wire";
import { bytes, readNumber, readRow } from "../store/sqlite/row.js";
import { Statements } from "../store/sqlite/statements.js";
import type { MovedRow, MovedTable, MovedValue, RelayData, RelayRow } from "./movedTable.js";

/** Tables whose owner and key are one number: owner * span + key. */
const SPANS: Readonly<Record<string, number>> = { record: 2 ** 32, blob_chunk: 2 ** 20 };
/** Columns that have another name in SQLite, by table. */
const NAMES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  room_key: { slot_id: "slot" },
  slot_version: { no: "id" },
  request: { no: "id" },
  inbox: { no: "id" },
};
const LIVE_ROOMS = "SELECT no FROM room WHERE deleted = 0";
const LIVE_BLOBS = `SELECT no FROM blob WHERE dropped = 0 AND room IN (${LIVE_ROOMS})`;
const NUMBERED = ["request", "inbox", "blob"];
const EMPTY = new Uint8Array();

/** What a relay has in a SQLite database that nobody else uses. */
export class SqliteData implements RelayData {
  private readonly sql: Statements;

  constructor(private readonly database: Database) {
    this.sql = new Statements(database);
  }

  rooms(): readonly number[] {
    return this.sql.all(`${LIVE_ROOMS} ORDER BY no`).map((row) => readNumber(row, "no"));
  }

  async atOnce<T>(work: () => Promise<T>): Promise<T> {
    this.database.exec("BEGIN");
    try {
      return await work();
    } finally {
      this.database.exec("COMMIT");
    }
  }

  relay(): RelayRow {
    const row = this.sql.get(
      "SELECT (SELECT signed_until FROM relay_time) AS signed_until, (SELECT count FROM restoration) AS restorations," +
        " max((SELECT coalesce(max(seq), 0) FROM sqlite_sequence), (SELECT coalesce(max(id), 0) FROM slot_version)) AS last",
    )!;
    return {
      signedUntil: readNumber(row, "signed_until"),
      restorations: readNumber(row, "restorations"),
      lastNumber: readNumber(row, "last"),
    };
  }

  setRelay({ signedUntil, restorations, lastNumber }: RelayRow): void {
    this.sql.run("UPDATE relay_time SET signed_until = ?", signedUntil);
    this.sql.run("UPDATE restoration SET count = ?", restorations);
    for (const table of NUMBERED) {
      this.sql.run("DELETE FROM sqlite_sequence WHERE name = ?", table);
      this.sql.run("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", table, lastNumber);
    }
  }

  page(table: MovedTable, owner: number, after: MovedValue): readonly MovedRow[] {
    const span = SPANS[table.name];
    const key = span === undefined ? nameIn(table, table.key) : "id";
    const first = table.columns[table.key] === "bytes" ? EMPTY : -1;
    const from = after === null ? first : (after as number | Uint8Array);
    if (span !== undefined) {
      const sql = `SELECT * FROM ${table.name} WHERE id > ? AND id < ? ORDER BY id LIMIT ?`;
      const begin = owner * span + (from as number);
      return this.sql.all(sql, begin, (owner + 1) * span, table.page).map((row) => movedRow(table, row));
    }
    const of = table.owner === null ? "" : `${table.owner} = ? AND `;
    const kept = table.name === "blob" ? " AND dropped = 0" : "";
    const sql = `SELECT * FROM ${table.name} WHERE ${of}${key} > ?${kept} ORDER BY ${key} LIMIT ?`;
    const values = table.owner === null ? [from, table.page] : [owner, from, table.page];
    return this.sql.all(sql, ...values).map((row) => movedRow(table, row));
  }

  add(table: MovedTable, owner: number, rows: readonly MovedRow[]): void {
    for (const row of rows) {
      const values = Object.entries(ownRow(table, owner, row));
      const names = values.map(([name]) => name).join(", ");
      const sql = `INSERT INTO ${table.name} (${names}) VALUES (${values.map(() => "?").join(", ")})`;
      this.sql.run(sql, ...values.map(([, value]) => value));
    }
  }

  count(table: MovedTable): number {
    const span = SPANS[table.name];
    const owner = span === undefined ? table.owner : `id / ${span}`;
    const kept = table.name === "blob" ? " AND dropped = 0" : "";
    const where =
      table.owner === null ? "" : ` WHERE ${owner} IN (${table.owner === "room" ? LIVE_ROOMS : LIVE_BLOBS})`;
    return readNumber(this.sql.get(`SELECT count(*) AS n FROM ${table.name}${where}${kept}`)!, "n");
  }
}

function nameIn(table: MovedTable, column: string): string {
  return NAMES[table.name]?.[column] ?? column;
}

/** A row as it is in SQLite. @throws RowDamaged */
function movedRow(table: MovedTable, stored: SqlRow): MovedRow {
  return readRow(table.name, stored, (row) => {
    const span = SPANS[table.name];
    const given: Record<string, SqlValue> = { ...row };
    if (span !== undefined) given[table.key] = readNumber(row, "id") % span;
    if (table.name === "record") {
      const isPruned = row["attachment"] === null;
      given["pruned"] = isPruned ? 1 : 0;
      const payload = bytes(row, "payload", isPruned ? 2 * ID_BYTES : null);
      if (isPruned) [given["payload"], given["attachment"]] = [payload.slice(0, ID_BYTES), payload.slice(ID_BYTES)];
    }
    const moved: Record<string, MovedValue> = {};
    for (const [column, kind] of Object.entries(table.columns)) {
      const name = nameIn(table, column);
      if (kind.endsWith("?") && given[name] === null) moved[column] = null;
      else if (kind.startsWith("bytes")) moved[column] = bytes(given, name);
      // A deleted room is 1 until it is purged, then 2.
      else if (kind === "boolean") moved[column] = readNumber(given, name) > 0;
      else moved[column] = readNumber(given, name);
    }
    return moved;
  });
}

/** A row as SQLite has it. */
function ownRow(table: MovedTable, owner: number, row: MovedRow): Record<string, SqlValue> {
  const own: Record<string, SqlValue> = {};
  for (const [column, value] of Object.entries(row)) {
    if (value instanceof Uint8Array) own[nameIn(table, column)] = value.length === 0 ? EMPTY : value;
    else own[nameIn(table, column)] = typeof value === "boolean" ? Number(value) : value;
  }
  const span = SPANS[table.name];
  if (span !== undefined) {
    Reflect.deleteProperty(own, table.key);
    own["id"] = owner * span + (row[table.key] as number);
  } else if (table.owner !== null) own[table.owner] = owner;
  if (table.name === "room" && row["deleted"] === true) own["deleted"] = 2;
  if (table.name === "blob") own["dropped"] = 0;
  if (table.name === "record") {
    delete own["pruned"];
    if (row["pruned"] === true) {
      own["payload"] = concatBytes(row["payload"] as Uint8Array, row["attachment"] as Uint8Array);
      own["attachment"] = null;
    }
  }
  return own;
}
