import { TokenBucket } from "../core/tokenBucket.js";
import { keyOf } from "../key.js";
import type { RateLimit, Rates } from "../settings.js";
import type { RoomRow, Store } from "../store/store.js";

/** How many of the newest appends of a room are known by their id, so that a repeat is recognised. */
export const REPEAT_WINDOW = 4096;

/** The share of a room's rates that people with nothing but an invite can use. */
const SHARE_BY_INVITE = 1 / 4;

/** How much can be done in a room: by everybody together, and of that by people with nothing but an invite. */
class RoomRate {
  private readonly all: TokenBucket;
  private readonly byInvite: TokenBucket;

  constructor(rate: RateLimit, now: number) {
    const { burst, perSecond } = rate;
    this.all = new TokenBucket(rate, now);
    this.byInvite = new TokenBucket({ burst: burst * SHARE_BY_INVITE, perSecond: perSecond * SHARE_BY_INVITE }, now);
  }

  /** Ms to wait until there is enough; nothing is taken. */
  wait(cost: number, isByInvite: boolean, now: number): number {
    return Math.max(this.all.wait(cost, now), isByInvite ? this.byInvite.wait(cost, now) : 0);
  }

  /** 0 when there was enough, which is then taken; else the ms to wait, and nothing is taken. */
  // RULE: room.members-share: somebody who only has a link uses up a part of what a room can do, and never all of it: so members can
  // always close that link (attack A83).
  take(cost: number, isByInvite: boolean, now: number): number {
    const wait = this.wait(cost, isByInvite, now);
    if (wait > 0) return wait;
    if (isByInvite) this.byInvite.take(cost, now);
    return this.all.take(cost, now);
  }
}

/** A room in use: its row, and what the relay remembers about it in memory. */
export class HostedRoom {
  readonly key: string;
  readonly appends: RoomRate;
  readonly lastingBytes: RoomRate;
  readonly recoveries: TokenBucket;
  /** Something in it that has to be pruned cannot be read: it would grow for ever. */
  isDamaged = false;
  private changed = false;
  private recent: Map<string, number> | null = null;

  constructor(
    private readonly stored: RoomRow,
    rates: Rates,
    now: number,
  ) {
    this.key = keyOf(stored.tag);
    this.appends = new RoomRate(rates.room, now);
    this.lastingBytes = new RoomRate(rates.lastingOfRoom, now);
    this.recoveries = new TokenBucket(rates.recovery, now);
  }

  get row(): Readonly<RoomRow> {
    return this.stored;
  }

  get isChanged(): boolean {
    return this.changed;
  }

  /** How many append ids are held in memory. */
  get weight(): number {
    return this.recent?.size ?? 0;
  }

  /** Changes the row; it is saved when the batch is. */
  change(change: Partial<Omit<RoomRow, "no" | "tag" | "creation">>): void {
    Object.assign(this.stored, change);
    this.changed = true;
  }

  save(store: Store): void {
    if (this.changed) store.saveRoom(this.stored);
    this.changed = false;
  }

  /** The `n` of a recent append with this id, or null. */
  appended(store: Store, appendId: Uint8Array): number | null {
    return this.recentAppends(store).get(keyOf(appendId)) ?? null;
  }

  /** Remembers an append. */
  remember(store: Store, appendId: Uint8Array, n: number): void {
    const recent = this.recentAppends(store);
    recent.set(keyOf(appendId), n);
    if (recent.size <= REPEAT_WINDOW) return;
    const oldest = recent.keys().next();
    if (!oldest.done) recent.delete(oldest.value);
  }

  private recentAppends(store: Store): Map<string, number> {
    this.recent ??= new Map(
      this.row.n === 0
        ? []
        : store.appendIds(this.row.no, REPEAT_WINDOW).map(({ n, appendId }) => [keyOf(appendId), n]),
    );
    return this.recent;
  }
}
