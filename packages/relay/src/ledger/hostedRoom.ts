import { TokenBucket, TokenBuckets } from "../core/tokenBucket.js";
import { keyOf } from "../key.js";
import type { RateLimit, Rates } from "../settings.js";
import type { RoomRow } from "../store/roomTable.js";
import type { Ledger } from "../store/ledger.js";
import { CommitQueue } from "./commitQueue.js";

/** The share of a room's rates that people can use who are not its members, as far as the relay can tell. */
const SHARE_OF_OTHERS = 1 / 4;
/** Bytes of messages that one lineage on probation can write whatever the others write, also where the space is used up. */
const RESERVE: RateLimit = { burst: 1024 * 1024, perSecond: 256 };
/** The same for one address: anybody who has a link begins as many lineages as they want. */
const RESERVE_OF_ADDRESS: RateLimit = { burst: 4 * RESERVE.burst, perSecond: 4 * RESERVE.perSecond };

/** How much can be done in a room: by everybody together, and of that by people who are not its members. */
class RoomRate {
  private readonly all: TokenBucket;
  private readonly ofOthers: TokenBucket;

  constructor(rate: RateLimit, now: number) {
    const { burst, perSecond } = rate;
    this.all = new TokenBucket(rate, now);
    this.ofOthers = new TokenBucket({ burst: burst * SHARE_OF_OTHERS, perSecond: perSecond * SHARE_OF_OTHERS }, now);
  }

  /** Ms to wait until there is enough; nothing is taken. */
  wait(cost: number, isOwn: boolean, now: number): number {
    return Math.max(this.all.wait(cost, now), isOwn ? 0 : this.ofOthers.wait(cost, now));
  }

  /** 0 when there was enough, which is then taken; else the ms to wait, and nothing is taken. */
  // RULE: room.members-share: somebody who only has a link, or was removed, uses up a part of what a room can do, and never all of
  // it: so members can always close that link (attack A83).
  take(cost: number, isOwn: boolean, now: number): number {
    const wait = this.wait(cost, isOwn, now);
    if (wait > 0) return wait;
    if (!isOwn) this.ofOthers.take(cost, now);
    return this.all.take(cost, now);
  }

  /** Nothing came of what was paid for. */
  giveBack(cost: number, isOwn: boolean, now: number): void {
    this.all.charge(-cost, now);
    if (!isOwn) this.ofOthers.charge(-cost, now);
  }
}

/** A room in use: its row, and what the relay remembers about it in memory. */
export class HostedRoom {
  readonly key: string;
  readonly appends: RoomRate;
  readonly lastingBytes: RoomRate;
  readonly recoveries: TokenBucket;
  readonly queue = new CommitQueue();
  /** Commits by address. */
  private readonly commitsOf: TokenBuckets;
  /** What keys on probation do, by lineage: appends, commits, and bytes of messages, these by address as well. */
  private readonly probation: TokenBuckets;
  private readonly probationCommits: TokenBuckets;
  private readonly reserve = new TokenBuckets(RESERVE);
  private readonly reserveOfAddress = new TokenBuckets(RESERVE_OF_ADDRESS);
  /** Something in it that has to be pruned cannot be read: it would grow for ever. */
  isDamaged = false;
  private stored: RoomRow | null;
  /** The row as it is stored; null while nothing has changed. */
  private was: RoomRow | null = null;

  constructor(row: RoomRow, rates: Rates, now: number) {
    this.stored = row;
    this.key = keyOf(row.tag);
    this.appends = new RoomRate(rates.room, now);
    this.lastingBytes = new RoomRate(rates.lastingOfRoom, now);
    this.recoveries = new TokenBucket(rates.recoveryOfRoom, now);
    this.commitsOf = new TokenBuckets(rates.commits);
    this.probation = new TokenBuckets(rates.probation);
    this.probationCommits = new TokenBuckets(rates.probationCommits);
  }

  /** Ms until a member at this address can commit; 0 if they can now, and then it counts. */
  waitForCommit(address: string, now: number): number {
    return this.commitsOf.take(address, 1, now);
  }

  /** Ms until something can be appended with a key on probation; 0 if it can now, and then it counts. */
  waitOnProbation(lineage: number, isCommit: boolean, now: number): number {
    const key = String(lineage);
    return (isCommit ? this.probationCommits.take(key, 1, now) : 0) || this.probation.take(key, 1, now);
  }

  /**
   * Ms until a lineage on probation can write so many bytes more from an address; 0 if it can now, and then they count. `most`: of
   * all of them together at once. `waitForBytes`: the same for bytes that the relay keeps for ever.
   */
  waitForSpace(
    { lineage, address, bytes }: { readonly lineage: number; readonly address: string; readonly bytes: number },
    most: number,
    waitForBytes: (bytes: number) => number,
    now: number,
  ): number {
    // RULE: probation.flushes-nothing: what is written on probation has a space of its own, so it pushes out nothing that members
    // wrote (attack A109).
    if (this.row.probationBytes + bytes <= most) return 0;
    // RULE: probation.fills-no-disk: nothing of it is ever deleted for others, so beyond that space it comes as slowly as what is
    // kept for ever: one link gives its holder a part of the disk only, and takes the word from nobody for good (attack A83).
    const wait = waitForBytes(bytes);
    if (wait === 0) return 0;
    // RULE: probation.reserve: each who writes has a part of their own, so that nobody is silenced by the others (attack A109).
    const own = this.reserve.wait(String(lineage), bytes, now) || this.reserveOfAddress.take(address, bytes, now);
    return own > 0 ? Math.min(wait, own) : this.reserve.take(String(lineage), bytes, now);
  }

  /** Forgets what no longer counts. */
  sweep(now: number): void {
    for (const buckets of this.buckets) buckets.sweep(now);
  }

  private get buckets(): readonly TokenBuckets[] {
    return [this.commitsOf, this.probation, this.probationCommits, this.reserve, this.reserveOfAddress];
  }

  get row(): Readonly<RoomRow> {
    return this.current;
  }

  /** Whether its row is here, as it is stored. */
  get isLoaded(): boolean {
    return this.stored !== null;
  }

  /** Takes its row as it is stored now. */
  load(row: RoomRow): void {
    this.stored = row;
  }

  /** Forgets its row: it may be another one by now. What it remembers about rates stays. */
  unload(): void {
    this.stored = null;
    this.was = null;
  }

  /** Changes the row; it is saved when the batch is. */
  change(change: Partial<Omit<RoomRow, "no" | "tag" | "creation">>): void {
    this.was ??= { ...this.current };
    Object.assign(this.current, change);
  }

  save(store: Ledger): void {
    if (this.was !== null) store.rooms.save(this.current, this.was);
    this.was = null;
  }

  private get current(): RoomRow {
    if (this.stored === null) throw new Error("a room is used without its row");
    return this.stored;
  }
}
