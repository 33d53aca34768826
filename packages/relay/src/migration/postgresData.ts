import { recordBefore } from "@conclave/wire";
import type { PostgresValue } from "../store/postgres/driver.js";
import type { PostgresConnection } from "../store/postgres/postgresConnection.js";
import type { ColumnKind, MovedRow, MovedTable, MovedValue, RelayData, RelayRow } from "./movedTable.js";

const TYPES: Readonly<Record<ColumnKind, string>> = {
  number: "bigint",
  "number?": "bigint",
  smallint: "smallint",
  integer: "integer",
  boolean: "boolean",
  bytes: "bytea",
  "bytes?": "bytea",
};
const LIVE_ROOMS = "SELECT no FROM room WHERE NOT deleted";
const LIVE_BLOBS = `SELECT no FROM blob WHERE NOT dropped AND room IN (${LIVE_ROOMS})`;
const NOTHING = new Uint8Array();

/** What relays have in a PostgreSQL database, inside one transaction of its connection. */
export class PostgresData implements RelayData {
  constructor(private readonly connection: PostgresConnection) {}

  async rooms(): Promise<readonly number[]> {
    return (await this.connection.rows(`${LIVE_ROOMS} ORDER BY no`)).map((row) => row["no"] as number);
  }

  async atOnce<T>(work: () => Promise<T>): Promise<T> {
    await this.connection.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    try {
      return await work();
    } finally {
      await this.connection.run("COMMIT");
    }
  }

  async relay(): Promise<RelayRow> {
    const [row] = await this.connection.rows(
      "SELECT greatest(signed_until, floor) AS signed, restorations, (SELECT last_value FROM number) AS last FROM relay",
    );
    return {
      signedUntil: row!["signed"] as number,
      restorations: row!["restorations"] as number,
      lastNumber: row!["last"] as number,
    };
  }

  async setRelay({ signedUntil, restorations, lastNumber }: RelayRow): Promise<void> {
    // The database's clock may be behind that of the machine on which the relay ran: nothing below what that signed is signed.
    await this.connection.rows("UPDATE relay SET signed_until = $1, floor = $1, restorations = $2", [
      signedUntil,
      restorations,
    ]);
    const text =
      "SELECT setval('number', greatest($1::bigint, (SELECT coalesce(max(no), 0) FROM room), (SELECT last_value FROM number)))";
    await this.connection.rows(text, [lastNumber]);
  }

  async page(table: MovedTable, owner: number, after: MovedValue): Promise<readonly MovedRow[]> {
    const { name, key, columns, page } = table;
    const first = columns[key] === "bytes" ? NOTHING : -1;
    const of = table.owner === null ? "$2::bigint = 0" : `${table.owner} = $2`;
    const kept = name === "blob" ? " AND NOT dropped" : "";
    const rows = await this.connection.rows(
      `SELECT ${Object.keys(columns).join(", ")} FROM ${name} WHERE ${of} AND ${key} > $1${kept} ORDER BY ${key} LIMIT ${page}`,
      [after ?? first, owner],
    );
    return rows as readonly MovedRow[];
  }

  async add(table: MovedTable, owner: number, rows: readonly MovedRow[]): Promise<void> {
    const columns = Object.entries(table.columns).map(([name, kind]) => ({
      name,
      type: TYPES[kind],
      values: rows.map((row) => row[name] as PostgresValue) as PostgresValue,
    }));
    if (table.owner !== null) columns.push({ name: table.owner, type: "bigint", values: rows.map(() => owner) });
    if (table.name === "roster") {
      const before = rows.map((row) => recordBefore(row["record"] as Uint8Array));
      columns.push({ name: "before", type: "bytea", values: before });
    }
    if (table.name === "blob") columns.push({ name: "dropped", type: "boolean", values: rows.map(() => false) });
    const names = columns.map(({ name }) => name).join(", ");
    const lists = columns.map(({ type }, at) => `$${at + 1}::${type}[]`).join(", ");
    await this.connection.rows(
      `INSERT INTO ${table.name} (${names}) SELECT * FROM unnest(${lists})`,
      columns.map(({ values }) => values),
    );
  }

  async count(table: MovedTable): Promise<number> {
    const kept = table.name === "blob" ? " AND NOT dropped" : "";
    const live = table.owner === "room" ? LIVE_ROOMS : LIVE_BLOBS;
    const where = table.owner === null ? "" : ` WHERE ${table.owner} IN (${live})`;
    const [row] = await this.connection.rows(`SELECT count(*) AS n FROM ${table.name}${where}${kept}`);
    return row!["n"] as number;
  }
}
