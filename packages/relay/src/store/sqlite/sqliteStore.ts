import type { Database } from "@conclave/sqlite";
import type { BlobTable } from "../blobTable.js";
import type { InboxTable } from "../inboxTable.js";
import type { RecordTable } from "../recordTable.js";
import type { RequestTable } from "../requestTable.js";
import type { OwnRoomTable } from "../roomTable.js";
import type { RosterTable } from "../rosterTable.js";
import type { SlotTable } from "../slotTable.js";
import type { Store } from "../store.js";
import { DamageLog } from "./damageLog.js";
import { readNumber, readRow } from "./row.js";
import type { RowDamaged } from "./rowDamage.js";
import { migrate } from "./schema.js";
import { SqliteBlobTable } from "./sqliteBlobTable.js";
import { SqliteInboxTable } from "./sqliteInboxTable.js";
import { SqliteRecordTable } from "./sqliteRecordTable.js";
import { SqliteRequestTable } from "./sqliteRequestTable.js";
import { SqliteRoomTable } from "./sqliteRoomTable.js";
import { SqliteRosterTable } from "./sqliteRosterTable.js";
import { SqliteSlotTable } from "./sqliteSlotTable.js";
import { Statements } from "./statements.js";

/** The store on one SQLite database, which nobody else may use while it is open. */
export class SqliteStore implements Store {
  readonly rooms: OwnRoomTable;
  readonly records: RecordTable;
  readonly roster: RosterTable;
  readonly slots: SlotTable;
  readonly requests: RequestTable;
  readonly inboxes: InboxTable;
  readonly blobs: BlobTable;

  private readonly sql: Statements;
  private restored: number | null = null;

  /** Takes over the database, and brings its schema up to date. */
  constructor(
    private readonly database: Database,
    /** Copies the file before its schema is changed. */
    copyFirst: (version: number) => void = () => undefined,
    /** Told of a row that is skipped, because it cannot be read. */
    onDamage: (damage: RowDamaged) => void = () => undefined,
  ) {
    migrate(database, copyFirst);
    this.sql = new Statements(database);
    // Checkpoints move pages from the journal into the file; rarer ones write hot pages less often.
    database.exec("PRAGMA wal_autocheckpoint = 4000");
    // KiB. With SQLite's own 2 MB a thousand busy rooms push one another's pages out of the cache.
    database.exec("PRAGMA cache_size = -65536");
    const damage = new DamageLog(onDamage);
    this.rooms = new SqliteRoomTable(this.sql, damage);
    this.records = new SqliteRecordTable(this.sql);
    this.roster = new SqliteRosterTable(this.sql);
    this.slots = new SqliteSlotTable(this.sql);
    this.requests = new SqliteRequestTable(this.sql);
    this.inboxes = new SqliteInboxTable(this.sql, damage);
    this.blobs = new SqliteBlobTable(this.sql, damage);
  }

  begin(): void {
    this.database.begin();
  }

  commit(): void {
    this.database.commit();
  }

  close(): void {
    this.database.close();
  }

  signedUntil(): number {
    const row = this.sql.get("SELECT signed_until FROM relay_time") ?? {};
    return readRow("relay_time", row, (each) => readNumber(each, "signed_until"));
  }

  restorations(): number {
    // Asked for each append, and changed by nobody while the relay runs.
    const row = () => this.sql.get("SELECT count FROM restoration WHERE one = 1") ?? {};
    return (this.restored ??= readRow("restoration", row(), (each) => readNumber(each, "count")));
  }

  saveSignedUntil(time: number): void {
    this.sql.run("UPDATE relay_time SET signed_until = ?", time);
  }
}
