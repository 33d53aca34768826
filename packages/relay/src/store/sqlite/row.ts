import type { SqlRow } from "@conclave/sqlite";
import { ID_BYTES } from "@conclave/wire";
import { RowDamaged } from "./rowDamage.js";

/**
 * Reads a row of a table, and says which one it was when it cannot be read.
 *
 * RULE: relay.damage-stays-local: bytes that the relay did not write (a lying disk, a hand in the file) are never sent on or
 * signed. They stop what they belong to, and nothing else. @throws RowDamaged
 */
export function readRow<T>(table: string, row: SqlRow, read: (row: SqlRow) => T): T {
  try {
    return read(row);
  } catch (error) {
    if (!(error instanceof RowDamaged)) throw error;
    const no = row["no"] ?? row["id"];
    throw new RowDamaged(`table ${table}, ${typeof no === "number" ? `row ${no}, ` : ""}${error.message}`);
  }
}

/** A column that counts. @throws RowDamaged */
export function readNumber(row: SqlRow, name: string): number {
  const value = row[name];
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw new RowDamaged(`column ${name}`);
  return value;
}

/** A column of bytes, of a given length. @throws RowDamaged */
export function bytes(row: SqlRow, name: string, length: number | null = null): Uint8Array {
  const value = row[name];
  if (!(value instanceof Uint8Array) || (length !== null && value.length !== length)) {
    throw new RowDamaged(`column ${name}`);
  }
  return value;
}

/** A column with a tag, a key or a hash. @throws RowDamaged */
export function id(row: SqlRow, name: string): Uint8Array {
  return bytes(row, name, ID_BYTES);
}
