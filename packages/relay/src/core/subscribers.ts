import type { LogRecord, RoomTag } from "@conclave/wire";

/** Records for some connections. */
export interface SentRecords {
  readonly connections: readonly number[];
  readonly records: readonly LogRecord[];
}

/**
 * Who gets a room's records. Where several relays append to it, records come from them too, late and not always in order: each
 * connection gets those after its place, every one once, in order; what is missing before them has to be read first.
 */
export class Subscribers {
  /** Those who have what was sent. */
  private readonly inStep = new Set<number>();
  /** Those who got more with the answer to their subscribing: the newest record that they have. */
  private readonly ahead = new Map<number, number>();
  /** The newest record that was sent. */
  private sent = 0;
  /** The newest record that is known of. */
  private head = 0;

  constructor(
    readonly roomTag: RoomTag,
    /** Whether other relays append too. If not, each record that comes is the next one. */
    private readonly isShared: boolean,
    /** Called when {@link isBehind} may have become true. */
    private readonly fellBehind: () => void = () => undefined,
  ) {}

  get connections(): number[] {
    return [...this.inStep, ...this.ahead.keys()];
  }

  get size(): number {
    return this.inStep.size + this.ahead.size;
  }

  /** The newest record that all of them have. */
  get place(): number {
    return this.sent;
  }

  /** Whether there are records that were not sent, because others before them are missing. */
  get isBehind(): boolean {
    return this.head > this.sent;
  }

  has(connection: number): boolean {
    return this.inStep.has(connection) || this.ahead.has(connection);
  }

  /** From now on the connection gets what comes after record `n`. */
  add(connection: number, n: number): void {
    this.delete(connection);
    if (!this.isShared || this.size === 0 || n < this.sent) {
      // What it was told may be older than what others got meanwhile: then they wait until it has caught up.
      if (this.isShared && this.size > 0) for (const each of this.inStep) this.ahead.set(each, this.sent);
      if (this.isShared && this.size > 0) this.inStep.clear();
      if (this.isShared) this.sent = n;
      this.inStep.add(connection);
    } else if (n === this.sent) this.inStep.add(connection);
    else this.ahead.set(connection, n);
    this.note();
  }

  delete(connection: number): void {
    this.inStep.delete(connection);
    this.ahead.delete(connection);
  }

  /** There is a record `n`. */
  heard(n: number): void {
    this.head = Math.max(this.head, n);
    this.note();
  }

  /** Who gets these records, which follow one another. None, where something before them is missing. */
  deliver(records: readonly LogRecord[], undo: (() => void)[]): SentRecords[] {
    if (!this.isShared) return [{ connections: this.connections, records }];
    const [first, last] = [records[0]!.n, records.at(-1)!.n];
    const { sent, head } = this;
    this.heard(last);
    undo.push(() => {
      [this.sent, this.head] = [sent, head];
      this.note();
    });
    // RULE: shared.no-gap: a subscriber gets every record of a room, in order, whichever relay took it.
    if (first > sent + 1 || last <= sent) return [];
    this.sent = last;
    const deliveries = new Map<number, number[]>();
    if (this.inStep.size > 0) deliveries.set(sent, [...this.inStep]);
    for (const [connection, has] of this.ahead) {
      if (has > last) continue;
      if (has < last) deliveries.set(has, [...(deliveries.get(has) ?? []), connection]);
      this.ahead.delete(connection);
      this.inStep.add(connection);
      undo.push(() => {
        if (this.inStep.delete(connection)) this.ahead.set(connection, has);
      });
    }
    return [...deliveries].map(([has, connections]) => ({ connections, records: records.slice(has + 1 - first) }));
  }

  private note(): void {
    if (this.isBehind) this.fellBehind();
  }
}
