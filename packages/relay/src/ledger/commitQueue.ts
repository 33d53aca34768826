/** How long somebody whose turn it is has for a commit, ms. */
const TURN_MS = 3000;
/** Losses that are further apart than this have nothing to do with one another. */
const LOSSES_MS = 30_000;
/** More than this many wait for nothing. */
const MOST_WAITING = 64;

interface Turn {
  readonly address: string;
  until: number;
  /** In this one nobody commits either who is no member, as far as the relay can tell. */
  isForAll: boolean;
}

/**
 * Whose turn it is to commit in one room. A commit that comes too late has to be made again, which takes a client longer than it
 * takes another one, in a loop, to commit again: so who has lost twice gets a turn, in which nobody else commits. One address has
 * one place in the queue.
 */
export class CommitQueue {
  private readonly lostAt = new Map<string, number>();
  private waiting: Turn[] = [];
  /** From when on a turn may keep out those who are no members, too. */
  private othersFrom = 0;

  /** A commit from this address came too late. */
  lost(address: string, now: number): void {
    const before = this.lostAt.get(address);
    this.lostAt.delete(address);
    this.lostAt.set(address, now);
    if (this.lostAt.size > MOST_WAITING) this.lostAt.delete(this.lostAt.keys().next().value!);
    if (before === undefined || now - before > LOSSES_MS) return;
    if (this.waiting.length >= MOST_WAITING || this.waiting.some((turn) => turn.address === address)) return;
    this.waiting.push({ address, until: Infinity, isForAll: false });
    this.current(now);
  }

  /** Ms until this address may commit; 0 if it may now. */
  wait(address: string, now: number): number {
    const current = this.current(now);
    // RULE: commits.in-turn: somebody who commits in a loop does not keep the others from committing (attack A83).
    return current === null || current.address === address ? 0 : Math.max(1, current.until - now);
  }

  /** Ms until somebody may commit who is no member, as far as the relay can tell; 0 if they may now. */
  waitOfOthers(now: number): number {
    const current = this.current(now);
    // RULE: commits.others-between: nor do those who only have a link, or were removed, who never have a turn themselves. Half of
    // the time is theirs all the same: a member who takes one turn after another keeps no newcomer out (attack A83).
    return current?.isForAll === true ? Math.max(1, current.until - now) : 0;
  }

  /** A commit from this address is in the log. */
  done(address: string, now: number): void {
    this.lostAt.delete(address);
    this.waiting = this.waiting.filter((turn) => turn.address !== address);
    this.current(now);
  }

  private current(now: number): Readonly<Turn> | null {
    while (this.waiting[0] !== undefined && this.waiting[0].until <= now) this.waiting.shift();
    const [first] = this.waiting;
    if (first?.until === Infinity) {
      first.until = now + TURN_MS;
      first.isForAll = now >= this.othersFrom;
      if (first.isForAll) this.othersFrom = now + 2 * TURN_MS;
    }
    return first ?? null;
  }
}
