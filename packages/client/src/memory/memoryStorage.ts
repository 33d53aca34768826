import { checkKey, prefixEnd, type Range, type Storage, type StoredRecord, type Write } from "../ports/storage.js";

/**
 * What a {@link MemoryStorage} is kept on: only committed records are here, so that a new storage on the same disk
 * finds exactly what a process would find after `kill -9`.
 */
export class MemoryDisk {
  readonly records = new Map<string, Uint8Array>();
  private sorted: string[] | null = null;
  /** Commits so far, over the life of the disk. */
  commits = 0;

  /** Keys in order. Cached until a key appears or disappears. */
  keys(): readonly string[] {
    this.sorted ??= [...this.records.keys()].sort();
    return this.sorted;
  }

  apply(writes: readonly Write[]): void {
    this.commits++;
    for (const write of writes) {
      if ("put" in write) {
        if (this.sorted && !this.records.has(write.put)) this.insert(write.put);
        this.records.set(write.put, write.value.slice());
      } else if ("delete" in write) {
        if (this.records.delete(write.delete)) this.remove(write.delete);
      } else {
        for (const key of [...this.records.keys()]) if (key.startsWith(write.clear)) this.records.delete(key);
        this.sorted = null;
      }
    }
  }

  /** A disk with the same records: a backup, or the copy that a thief makes. */
  copy(): MemoryDisk {
    const disk = new MemoryDisk();
    for (const [key, value] of this.records) disk.records.set(key, value.slice());
    return disk;
  }

  private insert(key: string): void {
    this.sorted!.splice(position(this.sorted!, key), 0, key);
  }

  private remove(key: string): void {
    this.sorted?.splice(position(this.sorted, key), 1);
  }
}

/**
 * What the hook of a {@link MemoryStorage} may make of a commit: `commit` it; `kill` the process before or after it is
 * on the disk; `fail` it with an error and nothing stored.
 */
export type CommitFate = "commit" | "kill before" | "kill after" | "fail";

/** Storage in memory, for tests and for the simulator. After {@link kill}, nothing that is pending or asked for settles. */
export class MemoryStorage implements Storage {
  private state: "open" | "closed" | "killed" = "open";

  constructor(
    readonly disk: MemoryDisk = new MemoryDisk(),
    /** Asked at each commit. */
    private readonly fate: (writes: readonly Write[]) => CommitFate = () => "commit",
  ) {}

  /** The process is gone: what was not committed is lost, and its promises stay pending for ever. */
  kill(): void {
    this.state = "killed";
  }

  get(key: string): Promise<Uint8Array | null> {
    checkKey(key);
    return this.answer(() => this.disk.records.get(key)?.slice() ?? null);
  }

  range(range: Range): Promise<StoredRecord[]> {
    return this.answer(() => {
      const keys = this.disk.keys();
      const least = range.after !== undefined && range.after >= range.prefix ? `${range.after}\0` : range.prefix;
      const end = prefixEnd(range.prefix);
      const from = position(keys, least);
      const to = position(keys, range.before !== undefined && range.before < end ? range.before : end);
      const limit = range.limit ?? Number.POSITIVE_INFINITY;
      const found: StoredRecord[] = [];
      for (let i = from; i < to && found.length < limit; i++) {
        const key = keys[range.reverse === true ? from + to - 1 - i : i]!;
        found.push({ key, value: this.disk.records.get(key)!.slice() });
      }
      return found;
    });
  }

  commit(writes: readonly Write[]): Promise<void> {
    for (const write of writes) checkKey("put" in write ? write.put : "delete" in write ? write.delete : write.clear);
    if (this.state !== "open") return this.answer(() => undefined);
    const fate = this.fate(writes);
    if (fate === "fail") return Promise.reject(new Error("storage failed"));
    if (fate !== "kill before") this.disk.apply(writes);
    if (fate !== "commit") this.kill();
    return this.answer(() => undefined);
  }

  close(): Promise<void> {
    if (this.state === "open") this.state = "closed";
    return Promise.resolve();
  }

  private answer<T>(read: () => T): Promise<T> {
    if (this.state === "killed") return new Promise<T>(() => undefined);
    if (this.state === "closed") return Promise.reject(new Error("storage is closed"));
    return Promise.resolve(read());
  }
}

/** Where `key` is, or would be, in sorted `keys`. */
function position(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
