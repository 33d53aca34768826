import { concatBytes, done, equalBytes, type Failure, type Result, utf8Bytes } from "@conclave/codec";
import type { Random } from "@conclave/crypto";
import {
  ID_BYTES,
  type PostedResponse,
  type Sha256,
  type SlotContent,
  type SlotId,
  slotIdOfToken,
} from "@conclave/wire";
import type { RelayAnswer, RoomCall } from "../core/call.js";
import { TokenBuckets } from "../core/tokenBucket.js";
import { keyOf } from "../key.js";
import type { RelaySettings } from "../settings.js";
import type { WriteKey } from "../store/roomTable.js";
import type { SweepReads } from "../store/readSet.js";
import type { SlotRow } from "../store/slotTable.js";
import type { Ledger } from "../store/ledger.js";
import type { HostedRoom } from "./hostedRoom.js";
import { onProbation } from "./probation.js";
import { refuse, type Refusal } from "./refusal.js";
import type { KeyStanding } from "./standing.js";
import type { WallClock } from "./wallClock.js";

const KEPT_VERSIONS = 3;
/** A slot that nobody refreshes ends, after so long and so many commits. */
const STALE_MS = 60 * 24 * 60 * 60 * 1000;
const STALE_COMMITS = 256;
const ENDED_AT_ONCE = 64;
/** How long a slot lives at most that ends by itself, seconds: that is how long a door stands open. */
const LONGEST_LIFE = 3600;
/** How long a plea stays that asks for it, and how often it does so. */
const PLEA_STAYS_MS = 2 * 60 * 1000;
const PLEA_STAYS_EVERY_MS = 10 * 60 * 1000;
/** So many answers a plea gets while it stays, from one address and from all: an inbox holds as many of a room. */
const ANSWERS_FROM_ONE = 4;
const ANSWERS_FROM_ALL = 8;
/** The share of a room's slots that people have who are not its members, as far as the relay can tell. */
const SHARE_OF_OTHERS = 1 / 2;

/** What slots work with. */
export interface SlotParts {
  readonly store: Ledger;
  readonly sha256: Sha256;
  readonly settings: Pick<RelaySettings, "quotas" | "rates">;
  readonly clock: WallClock;
  readonly random: Random;
}

/** How a slot is put. */
export interface SlotPut {
  readonly standing: KeyStanding;
  /** Seconds, 0 for good. */
  readonly life: number;
  readonly address: string;
  readonly now: number;
}

/** Slots, and the join requests and pleas of a room (docs/protocol.md §7). */
export class Slots {
  private readonly uses: TokenBuckets;
  private readonly usesOfAll: TokenBuckets;
  private readonly pleas: TokenBuckets;
  private readonly doors: TokenBuckets;
  private readonly doorsOfAll: TokenBuckets;
  /** Pleas that nobody takes away for a while. A relay that starts again has forgotten them, and who asks, asks again. */
  private readonly staying = new Map<number, Stay>();
  /** Addresses are stored under names that nobody can trace back, and that last as long as this process. */
  private readonly salt: Uint8Array;

  constructor(private readonly parts: SlotParts) {
    const { rates } = parts.settings;
    this.uses = new TokenBuckets(rates.slot);
    this.usesOfAll = new TokenBuckets(rates.slotOfAll);
    this.pleas = new TokenBuckets(rates.pleas);
    this.doors = new TokenBuckets(rates.doors);
    this.doorsOfAll = new TokenBuckets(rates.doorsOfAll);
    this.salt = parts.random(ID_BYTES);
  }

  /** Why slots cannot be put, or null. Those that {@link put} passes over are not looked at. */
  check(room: HostedRoom, slots: readonly SlotContent[], standing: KeyStanding): Failure<Refusal> | null {
    const { no } = room.row;
    const { store, settings } = this.parts;
    let added = 0;
    for (const { slotId, tokenPub } of slots) {
      // RULE: slot.of-token: a slot's id follows from its token, so nobody takes over another's invite or door, nor opens it before
      // them with a token of their own (attack A109).
      if (!equalBytes(slotId, slotIdOfToken(this.parts.sha256, tokenPub))) return refuse("token_denied");
      if (store.slots.get(no, slotId) === null) added++;
    }
    if (added === 0 || standing === "probation") return null;
    const most = settings.quotas.slotsPerRoom * (standing === "own" ? 1 : SHARE_OF_OTHERS);
    return store.slots.openCount(no) + added > most ? refuse("quota_exceeded") : null;
  }

  /** Puts slots that {@link check} has passed: not closed ones, and on probation only those that are open. */
  put(room: HostedRoom, slots: readonly SlotContent[], isOnProbation: boolean, now: number): void {
    for (const slot of slots) {
      const known = this.parts.store.slots.get(room.row.no, slot.slotId);
      if (known?.closed === true || (known === null && isOnProbation)) continue;
      this.write(room, slot, { isOpened: !isOnProbation, end: known?.end ?? 0, isMember: !isOnProbation, now });
    }
  }

  /** Puts one slot by itself. A member opens it again if it is closed. `waitForBytes`: ms until there is room for it. */
  putOne(
    room: HostedRoom,
    slot: SlotContent,
    { standing, life, address, now }: SlotPut,
    waitForBytes: () => number,
  ): Result<undefined, Refusal> {
    const isMember = standing === "own";
    const known = this.parts.store.slots.get(room.row.no, slot.slotId);
    // RULE: slot.others-refresh: who is no member, as far as the relay can tell, keeps the slots that there are in step with the
    // room, beside the versions of members, and ends none nor opens one again that a member has closed (attack A109).
    if (!isMember && known?.closed === true) return onProbation();
    // RULE: slot.doors-on-probation: it opens slots only for a while, and few: so whom somebody's junk has shut out can be let in
    // again, though no member is there whom the relay knows (attacks A68, A107).
    const isDoor = standing === "probation" && known === null;
    if (isDoor && (life === 0 || life > LONGEST_LIFE)) return onProbation();
    const refusal = this.check(room, [slot], isDoor ? "acting" : standing);
    if (refusal !== null) return refusal;
    const wait = waitForBytes() || (isDoor ? this.waitForDoor(room, address, now) : 0);
    if (wait > 0) return refuse("rate_limited", wait);
    // RULE: slot.door-renewed: opening a door that is open starts its whole life again. Otherwise somebody who opens a false
    // one first decides when the true one shuts for good (attacks A107, A159).
    const isRenewed = known !== null && known.end > 0 && life > 0 && life <= LONGEST_LIFE;
    const end = this.endOf(known, life, now);
    this.write(room, slot, { isOpened: isMember || known === null || isRenewed, end, isMember, now });
    return done(undefined);
  }

  /**
   * RULE: slot.end-not-sooner: putting a slot that is open makes it end no sooner. Otherwise a member shuts another's door, or a link,
   * by putting it with a life of a second (attacks A107, A109). What was closed had no end, and has none when it is opened again.
   */
  private endOf(known: SlotRow | null, life: number, now: number): number {
    const time = this.parts.clock.at(now);
    const end = life === 0 ? 0 : time + Math.min(life, LONGEST_LIFE) * 1000;
    if (known?.closed) return 0;
    if (known === null || (known.end > 0 && known.end < time)) return end;
    return known.end === 0 ? 0 : Math.max(known.end, end);
  }

  /** Ms until somebody at this address who is no member can open a door, or answer a plea; 0 if they can now, and then it counts. */
  waitForDoor(room: HostedRoom, address: string, now: number): number {
    return this.doors.take(room.key + address, 1, now) || this.doorsOfAll.take(room.key, 1, now);
  }

  close(room: HostedRoom, slotId: SlotId): Result<undefined, Refusal> {
    const known = this.parts.store.slots.get(room.row.no, slotId);
    if (known === null) return refuse("slot_unknown");
    // RULE: slot.door-ends-itself: nobody closes a door: one member would close each that another opens (attack A107).
    if (known.end > 0) return done(undefined);
    this.parts.store.slots.close(room.row.no, slotId);
    return done(undefined);
  }

  get(call: RoomCall<"getSlot">): RelayAnswer {
    const { request, room, now } = call;
    const { id, slotId, back } = request;
    const slot = this.open(room, slotId, now);
    if (!slot.ok) return slot;
    const version = this.parts.store.slots.version(room.row.no, slotId, back);
    if (version === null) return refuse("slot_unknown");
    const versions = slot.value.versions + slot.value.onProbation;
    return done({ type: "slot", id, ...version, versions, lastCommit: room.row.lastCommit });
  }

  /** The token of an open slot. */
  token(room: HostedRoom, slotId: SlotId, now: number): Result<Uint8Array, Refusal> {
    const slot = this.open(room, slotId, now);
    return slot.ok ? done(slot.value.tokenPub) : slot;
  }

  /** Ms until somebody at this address can use the slot again; 0 if they can now, which counts as a use. */
  waitFor(room: HostedRoom, slotId: SlotId, address: string, now: number): number {
    const key = room.key + keyOf(slotId);
    return this.uses.take(key + address, 1, now) || this.usesOfAll.take(key, 1, now);
  }

  /** Leaves a join request; the slot's token was proved. */
  post({ request, room, session, now }: RoomCall<"postRequest">): Result<Posted, Refusal> {
    const { slotId, blob, id } = request;
    const same = this.same(room, slotId, blob, id);
    if (same !== null) return done(same);
    const wait = this.waitFor(room, slotId, session.address, now);
    if (wait > 0) return refuse("rate_limited", wait);
    // RULE: request.bounded: one invite's holders cannot fill the relay, nor crowd out requests by other invites: where there are
    // many, one gives way of the address that has the most (attacks A83, A118).
    const { requestsPerSlot } = this.parts.settings.quotas;
    this.makeRoom(room, slotId, requestsPerSlot, null);
    return done(this.add(room, { slotId, blob, address: session.address }, id, now));
  }

  /** Leaves a plea. `key`: one that was proved, or null. */
  plead({ request, room, session, now }: RoomCall<"postPlea">, key: WriteKey | null): Result<Posted, Refusal> {
    const { blob, id, stays } = request;
    const same = this.same(room, null, blob, id);
    if (same !== null) return stays ? this.stayAgain(same, now) : done(same);
    const { pleasPerRoom, pleasPerAddress } = this.parts.settings.quotas;
    // RULE: plea.forgotten-key: whoever was away for so long that the relay no longer knows their key asks all the same, where there
    // is room; those who prove a key have half of it for themselves (attack A107).
    const waiting = key === null ? this.parts.store.requests.count(room.row.no, null) : 0;
    if (waiting >= pleasPerRoom / 2) return refuse("quota_exceeded");
    const wait = this.pleas.take(room.key + (key ? keyOf(key.key) : "") + session.address, 1, now);
    if (wait > 0) return refuse("rate_limited", wait);
    // RULE: plea.bounded: who once had a key of the room leaves a few pleas, and does not crowd out those of others (attack A83).
    this.makeRoom(room, null, pleasPerAddress, this.nameOf(session.address));
    this.makeRoom(room, null, pleasPerRoom, null);
    const added = this.add(room, { slotId: null, blob, address: session.address }, id, now);
    return done(stays ? this.stay(added, now) : added);
  }

  /**
   * Ms until a plea can be taken away; 0 if it can now.
   *
   * RULE: plea.stays: one that asks for it stays for a while, also when somebody answers it or takes it away, so that the others see it
   * too: no member keeps a plea from everybody else by being the first each time (attack A107).
   */
  staysFor(request: number, now: number): number {
    const stay = this.staying.get(request);
    return stay ? Math.max(0, stay.since + PLEA_STAYS_MS - now) : 0;
  }

  /**
   * Whether a plea that stays takes one more answer from this address, which then counts.
   *
   * RULE: plea.answers-bounded: it gets only a few answers, so nobody pushes an honest one out of its inbox, or fills somebody
   * else's by it (attacks A83, A107).
   */
  takesAnswer(request: number, address: string): boolean {
    const stay = this.staying.get(request);
    if (stay === undefined) return true;
    const ofOne = stay.answers.filter((from) => from === address).length;
    if (ofOne >= ANSWERS_FROM_ONE || stay.answers.length >= ANSWERS_FROM_ALL) return false;
    stay.answers.push(address);
    return true;
  }

  /**
   * RULE: plea.stays-seldom: two minutes of ten, however often and from wherever it is left again: the rest of the time members throw
   * away what is junk (attack A83). Everybody is told each time, as those who are there have dealt with it once before.
   */
  private stayAgain(same: Posted, now: number): Result<Posted, Refusal> {
    const stay = this.staying.get(same.response.request);
    const wait = stay ? stay.since + PLEA_STAYS_EVERY_MS - now : 0;
    return wait > 0 ? refuse("rate_limited", wait) : done(this.stay({ ...same, added: true }, now));
  }

  private stay(posted: Posted, now: number): Posted {
    this.staying.set(posted.response.request, { since: now, answers: [] });
    return posted;
  }

  sweep(now: number): void {
    for (const [request, { since }] of this.staying)
      if (since + PLEA_STAYS_EVERY_MS <= now) this.staying.delete(request);
    this.uses.sweep(now);
    this.usesOfAll.sweep(now);
    this.pleas.sweep(now);
    this.doors.sweep(now);
    this.doorsOfAll.sweep(now);
  }

  /** Ends slots that have lived long enough, and those that nobody refreshes. Whether there are more. */
  expire(now: number): boolean {
    const { store } = this.parts;
    const { now: time, before, commits, limit } = this.due(now);
    // RULE: slot.expires: what nobody keeps in step with the room ends by itself, so that no slot is there for ever (attack A109).
    const ended = store.slots.ended(time, before, commits, limit);
    for (const { room, slotId } of ended) store.slots.drop(room, slotId);
    return ended.length === limit;
  }

  /** What {@link expire} looks for. */
  due(now: number): SweepReads["slots"] {
    const time = this.parts.clock.at(now);
    return { now: time, before: time - STALE_MS, commits: STALE_COMMITS, limit: ENDED_AT_ONCE };
  }

  private open(room: HostedRoom, slotId: SlotId, now: number): Result<SlotRow, Refusal> {
    const slot = this.parts.store.slots.get(room.row.no, slotId);
    if (slot === null || (slot.end > 0 && slot.end < this.parts.clock.at(now))) return refuse("slot_unknown");
    return slot.closed ? refuse("slot_closed") : done(slot);
  }

  /** `isOpened`: the slot is new, or is open again, until `end`. */
  private write(
    room: HostedRoom,
    { slotId, tokenPub, blob }: SlotContent,
    { isOpened, end, isMember, now }: { isOpened: boolean; end: number; isMember: boolean; now: number },
  ): void {
    const { no, n, commits } = room.row;
    const time = this.parts.clock.at(now);
    if (isOpened) this.parts.store.slots.open(no, slotId, tokenPub, { time, commits, end });
    this.parts.store.slots.addVersion(no, slotId, { blob, n, time }, !isMember, KEPT_VERSIONS);
  }

  private same({ row: { no } }: HostedRoom, slotId: SlotId | null, blob: Uint8Array, id: number): Posted | null {
    const request = this.parts.store.requests.find(no, slotId, this.parts.sha256(blob));
    return request === null ? null : { response: { type: "posted", id, request }, added: false };
  }

  private makeRoom({ row: { no } }: HostedRoom, slotId: SlotId | null, most: number, address: Uint8Array | null): void {
    const { store } = this.parts;
    const count = () =>
      address === null ? store.requests.count(no, slotId) : (store.requests.oldest(no, slotId, address)?.count ?? 0);
    if (count() < most) return;
    const crowded = store.requests.oldest(no, slotId, address);
    if (crowded !== null) store.requests.delete(no, crowded.request);
  }

  private add(
    { row: { no } }: HostedRoom,
    { slotId, blob, address }: { readonly slotId: SlotId | null; readonly blob: Uint8Array; readonly address: string },
    id: number,
    now: number,
  ): Posted {
    const from = { digest: this.parts.sha256(blob), address: this.nameOf(address) };
    const request = this.parts.store.requests.add(no, { slotId, blob, time: this.parts.clock.at(now) }, from);
    return { response: { type: "posted", id, request }, added: true };
  }

  private nameOf(address: string): Uint8Array {
    return this.parts.sha256(concatBytes(this.salt, utf8Bytes(address))).slice(0, 8);
  }
}

/** A plea that stays: since when, and the addresses of its answers. */
interface Stay {
  readonly since: number;
  readonly answers: string[];
}

/** A request that is there; `added`: members are told of it. */
export interface Posted {
  readonly response: PostedResponse;
  readonly added: boolean;
}
