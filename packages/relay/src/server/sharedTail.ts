import type { LogRecord, RoomTag, Sha256 } from "@conclave/wire";
import { HeadChain } from "../ledger/headChain.js";
import type { SharedNews } from "../core/sharedNews.js";
import type { SharedChanges } from "../store/postgres/changes.js";
import type { PostgresStore, RecordsAfter } from "../store/postgres/postgresStore.js";
import type { RecordRow } from "../store/recordTable.js";
import { RowDamaged } from "../store/sqlite/rowDamage.js";
import { StoreAway } from "../store/sharedStore.js";

/** How often everybody is told to look, at most: somebody can write so much that no message holds it. */
const TOLD_EVERY_S = 30;

/**
 * Follows what other relays write into a store that they share, for those who are connected here. What another relay says is a hint;
 * once a second the store itself is asked.
 */
export class SharedTail {
  /** Rooms may have grown, and nobody said so. */
  private isUnsure = true;
  /** What others said of requests and inboxes may have been missed: nothing else tells of these. */
  private hasMissed = false;
  private hasListened = false;
  /** For how many seconds not everybody was told. */
  private quietFor = TOLD_EVERY_S;
  /** The store did not answer: asked again at the next {@link tick}. */
  private isPaused = false;

  /** `wake`: has {@link readOn} called soon. */
  constructor(
    private readonly news: Pick<SharedNews, keyof SharedNews>,
    private readonly store: Pick<PostgresStore, "watch" | "heads" | "after">,
    private readonly wake: () => void,
    private readonly sha256: Sha256,
  ) {
    store.watch((changes) => {
      this.changed(changes);
    });
  }

  /** Call it every second. */
  tick(): void {
    this.isUnsure = true;
    this.isPaused = false;
    this.quietFor++;
    if (!this.hasMissed || this.quietFor <= TOLD_EVERY_S) return;
    [this.hasMissed, this.quietFor] = [false, 0];
    this.news.anyChanged();
  }

  /** Whether there is something to read. */
  get isBehind(): boolean {
    return !this.isPaused && (this.isUnsure || this.isSomeBehind());
  }

  /**
   * Reads on in rooms with subscribers here; then the core's `commit` gives the pushes. Not while a group is carried out. False when the
   * store did not answer.
   */
  async readOn(): Promise<boolean> {
    if (!this.isBehind) return true;
    try {
      if (this.isUnsure) await this.look();
      const behind = [...this.news.behind];
      if (behind.length === 0) return true;
      const found = await this.store.after(behind);
      for (const { roomTag, n } of behind) this.arrived(roomTag, n, found.get(roomTag));
      // A room of which nothing can be read is not asked for again and again.
      if (found.size < behind.length) this.isPaused = true;
      return true;
    } catch (error) {
      this.isUnsure = this.isPaused = true;
      return !(error instanceof StoreAway);
    }
  }

  /**
   * RULE: relay.damage-unserved: what another relay has written is pushed only if it leads to its heads: a broken disk under the store
   * would look to members like a lie. The record before it may be what is missing, and then nothing leads anywhere. Who subscribed asks
   * again, and is told that the room is damaged (attack A21).
   */
  private arrived(roomTag: RoomTag, n: number, found: RecordsAfter | undefined): void {
    if (found === undefined) return;
    try {
      if (found.head === null && n > found.begin) throw new RowDamaged(`record ${n} is missing`);
      const chain = new HeadChain(this.sha256, roomTag, n, found.head);
      for (const row of found.rows) chain.add(row);
    } catch (error) {
      if (!(error instanceof RowDamaged)) throw error;
      this.news.damaged(roomTag, error);
      return;
    }
    this.news.arrived(roomTag, recordsOf(found.rows));
  }

  private async look(): Promise<void> {
    this.isUnsure = false;
    const tags = [...this.news.places].map(({ roomTag }) => roomTag);
    // Also without any: so it is seen that the store is away before somebody waits for it.
    for (const { tag, n } of await this.store.heads(tags)) {
      if (n === null) this.news.roomDeleted(tag);
      else this.news.heard(tag, n);
    }
  }

  private isSomeBehind(): boolean {
    const [first] = this.news.behind;
    return first !== undefined;
  }

  private changed(changes: SharedChanges | null): void {
    if (changes === null) {
      // The first time it begins to listen, and missed nothing.
      this.hasMissed ||= this.hasListened;
      this.isUnsure = this.hasListened = true;
    }
    for (const { roomTag, n } of changes?.rooms ?? []) this.news.heard(roomTag, n);
    for (const roomTag of changes?.requests ?? []) this.news.requestsChanged(roomTag);
    for (const inboxId of changes?.inboxes ?? []) this.news.inboxChanged(inboxId);
    this.wake();
  }
}

/** What can be pushed: up to the first that is pruned already, which subscribers read as a page. */
function recordsOf(rows: readonly RecordRow[]): LogRecord[] {
  const end = rows.findIndex(({ pruned }) => pruned);
  return rows.slice(0, end < 0 ? rows.length : end).map(({ n, kind, epoch, time, payload, attachment }) => {
    return { n, kind, epoch, time, pruned: false, payload, attachment };
  });
}
