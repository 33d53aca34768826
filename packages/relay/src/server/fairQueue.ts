/** What waits to be done for one connection, in order. */
interface Line<T> {
  readonly connection: number;
  readonly waiting: T[];
  /** What of `waiting` was taken already: removed from time to time. */
  taken: number;
  /** The group in which it was served last, and how often. */
  group: number;
  served: number;
  isHeld: boolean;
}

/**
 * Work of many connections. Each connection's is done in order, and the connections take turns, one piece each.
 *
 * RULE: relay.fair-turns: one connection with much to do, or many of them, hold up nobody for longer than a turn of each: a
 * group takes only so many pieces of one connection, and then everybody's answers go (attacks A82, A161).
 */
export class FairQueue<T> {
  private readonly lines = new Map<number, Line<T>>();
  /** Whose turn is next comes first. Lines that are held are in none of the two. */
  private turns = new Set<Line<T>>();
  /** They had their share of this group. */
  private resting = new Set<Line<T>>();
  private group = 0;

  /** `mostInGroup`: pieces that one connection has done in one group. */
  constructor(private readonly mostInGroup: number) {}

  /** Whether there is something to take now. */
  get hasNext(): boolean {
    return this.turns.size > 0;
  }

  /** Whether there is something to take now or in the next group. */
  get hasWork(): boolean {
    return this.turns.size > 0 || this.resting.size > 0;
  }

  /** Whether nothing waits, not even held lines. */
  get isEmpty(): boolean {
    return this.lines.size === 0;
  }

  push(connection: number, piece: T): void {
    let line = this.lines.get(connection);
    if (line === undefined) {
      line = { connection, waiting: [], taken: 0, group: this.group, served: 0, isHeld: false };
      this.lines.set(connection, line);
      this.turns.add(line);
    }
    line.waiting.push(piece);
  }

  /** From now on each connection has its whole share again. */
  nextGroup(): void {
    this.group++;
    for (const line of this.resting) this.turns.add(line);
    this.resting = new Set();
  }

  /** The next piece of work, and whose it is; null if there is none in this group. It stays first in its line until {@link done}. */
  next(): { readonly connection: number; readonly piece: T } | null {
    const [line] = this.turns;
    return line === undefined ? null : { connection: line.connection, piece: line.waiting[line.taken]! };
  }

  /** The connection had its turn; `isFinished`: its first piece is done, and does not come again. */
  done(connection: number, isFinished: boolean): void {
    const line = this.lines.get(connection)!;
    this.turns.delete(line);
    this.resting.delete(line);
    if (isFinished) this.finish(line);
    if (line.taken === line.waiting.length) {
      this.lines.delete(connection);
      return;
    }
    if (line.group !== this.group) [line.group, line.served] = [this.group, 0];
    line.served++;
    if (!line.isHeld) (line.served < this.mostInGroup ? this.turns : this.resting).add(line);
  }

  /** The connection has no turn until {@link release}: what comes next of it waits for something else. */
  hold(connection: number): void {
    const line = this.lines.get(connection)!;
    line.isHeld = true;
    this.turns.delete(line);
    this.resting.delete(line);
  }

  release(connection: number): void {
    const line = this.lines.get(connection)!;
    line.isHeld = false;
    this.turns.add(line);
  }

  private finish(line: Line<T>): void {
    line.taken++;
    // Not one by one: what is behind would be moved each time.
    if (line.taken < 64 && line.taken < line.waiting.length) return;
    line.waiting.splice(0, line.taken);
    line.taken = 0;
  }
}
