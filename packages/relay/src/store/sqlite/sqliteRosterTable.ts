import type { RosterTable } from "../rosterTable.js";
import { bytes, readRow } from "./row.js";
import type { Statements } from "./statements.js";

/** The roster's records of a `SqliteStore`. */
export class SqliteRosterTable implements RosterTable {
  constructor(private readonly sql: Statements) {}

  add(room: number, hash: Uint8Array, record: Uint8Array): void {
    this.sql.run("INSERT OR IGNORE INTO roster (room, hash, record) VALUES (?, ?, ?)", room, hash, record);
  }

  get(room: number, hash: Uint8Array): Uint8Array | null {
    const row = this.sql.get("SELECT id, record FROM roster WHERE room = ? AND hash = ?", room, hash);
    return row === null ? null : readRow("roster", row, (each) => bytes(each, "record"));
  }
}
