import { createRequire } from "node:module";
import type { Duplex } from "node:stream";

/** One row, by the names of its columns. */
export type PostgresRow = Readonly<Record<string, unknown>>;

/** A value in the place of `$1`, `$2`, …: an array is one of PostgreSQL's. */
export type PostgresValue =
  string | number | boolean | Uint8Array | null | readonly (string | number | boolean | Uint8Array | null)[];

interface Query extends PostgresStatement {
  /** A statement with a name is parsed once for each connection. */
  readonly name?: string;
}

interface Answer {
  readonly rows: readonly PostgresRow[];
  readonly rowCount: number | null;
}

/** One statement, and what stands in the places of `$1`, `$2`, …. */
export interface PostgresStatement {
  readonly text: string;
  readonly values?: readonly PostgresValue[];
}

/** A statement to be run by a `PostgresConnection`. */
export function statement(text: string, values: readonly PostgresValue[]): PostgresStatement {
  return { text, values };
}

/** What this package uses of a connection of `pg`. */
export interface DriverClient {
  connect(): Promise<void>;
  query(query: Query): Promise<Answer>;
  on(event: "error" | "end", listener: (error: Error) => void): void;
  on(event: "notification", listener: (message: { readonly channel: string; readonly payload?: string }) => void): void;
  end(): Promise<void>;
}

/** How a connection is made. */
export interface DriverOptions {
  readonly connectionString: string;
  readonly connectionTimeoutMillis: number;
  readonly application_name: string;
  readonly keepAlive: boolean;
  readonly keepAliveInitialDelayMillis: number;
  /** Sends each query at once, and does not wait for the answers of those before it. */
  readonly pipeline: boolean;
  /** What it connects by. */
  readonly stream: () => Duplex;
  readonly types: { getTypeParser(oid: number): (value: string) => unknown };
}

/** What this package uses of `pg`. */
export interface PgDriver {
  readonly Client: new (options: DriverOptions) => DriverClient;
}

const BOOL = 16;
const BYTEA = 17;
const INT8 = 20;
const INT2 = 21;
const INT4 = 23;

const READ: Readonly<Record<number, (value: string) => unknown>> = {
  [BOOL]: (value) => value === "t",
  // After "\\x".
  [BYTEA]: (value) => new Uint8Array(Buffer.from(value.slice(2), "hex")),
  [INT8]: Number,
  [INT2]: Number,
  [INT4]: Number,
};

/** Reads the types that this package uses; everything else is text. */
export const TYPES: DriverOptions["types"] = {
  getTypeParser: (oid) => READ[oid] ?? ((value) => value),
};

/** Loads `pg`: only a relay that keeps its rooms in PostgreSQL needs it. */
export function loadDriver(): PgDriver {
  const require = createRequire(import.meta.url);
  return require("pg") as PgDriver;
}
