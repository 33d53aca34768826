import { done, equalBytes, type Failure, type Result } from "@conclave/codec";
import type { PostedResponse, Sha256, SlotContent, SlotId, SlotResponse } from "@conclave/wire";
import { TokenBuckets } from "../core/tokenBucket.js";
import { keyOf } from "../key.js";
import type { Quotas, Rates } from "../settings.js";
import type { Store } from "../store/store.js";
import { refuse, type Refusal } from "./refusal.js";
import type { HostedRoom } from "./hostedRoom.js";
import type { WallClock } from "./wallClock.js";

const KEPT_VERSIONS = 3;
const MOST_PLEAS = 16;

/** Invites' slots and the join requests that come through them (docs/protocol.md §7). */
export class Slots {
  private readonly uses: TokenBuckets;

  constructor(
    private readonly store: Store,
    private readonly sha256: Sha256,
    private readonly quotas: Quotas,
    rates: Rates,
    private readonly clock: WallClock,
  ) {
    this.uses = new TokenBuckets(rates.slot);
  }

  /** Why slots that come with a commit cannot be put, or null. Closed ones are skipped. */
  check(room: HostedRoom, slots: readonly SlotContent[]): Failure<Refusal> | null {
    const { no } = room.row;
    let added = 0;
    for (const { slotId, tokenPub } of slots) {
      const slot = this.store.slot(no, slotId);
      if (slot === null) added++;
      // RULE: slot.token-stays: a slot keeps the token it was opened with, or a member could take over another's invite.
      else if (!equalBytes(slot.tokenPub, tokenPub)) return refuse("token_denied");
    }
    if (added > 0 && this.store.openSlotCount(no) + added > this.quotas.slotsPerRoom) return refuse("quota_exceeded");
    return null;
  }

  /** Puts slots that {@link check} has passed. */
  put(room: HostedRoom, slots: readonly SlotContent[], now: number): void {
    const { no, n } = room.row;
    for (const { slotId, tokenPub, blob } of slots) {
      const slot = this.store.slot(no, slotId);
      if (slot === null) this.store.addSlot(no, slotId, tokenPub);
      else if (slot.closed) continue;
      this.store.addSlotVersion(no, slotId, { blob, n, time: this.clock.at(now) }, KEPT_VERSIONS);
    }
  }

  /** Puts one slot by itself. */
  putOne(room: HostedRoom, slot: SlotContent, now: number): Result<undefined, Refusal> {
    if (this.store.slot(room.row.no, slot.slotId)?.closed === true) return refuse("slot_closed");
    const refusal = this.check(room, [slot]);
    if (refusal !== null) return refusal;
    this.put(room, [slot], now);
    return done(undefined);
  }

  close(room: HostedRoom, slotId: SlotId): Result<undefined, Refusal> {
    if (this.store.slot(room.row.no, slotId) === null) return refuse("slot_unknown");
    this.store.closeSlot(room.row.no, slotId);
    return done(undefined);
  }

  get(room: HostedRoom, slotId: SlotId, back: number, id: number): Result<SlotResponse, Refusal> {
    const slot = this.store.slot(room.row.no, slotId);
    if (slot === null) return refuse("slot_unknown");
    if (slot.closed) return refuse("slot_closed");
    const version = this.store.slotVersion(room.row.no, slotId, back);
    if (version === null) return refuse("slot_unknown");
    return done({ type: "slot", id, ...version, versions: slot.versions });
  }

  /** The token of an open slot. */
  token(room: HostedRoom, slotId: SlotId): Result<Uint8Array, Refusal> {
    const slot = this.store.slot(room.row.no, slotId);
    if (slot === null) return refuse("slot_unknown");
    return slot.closed ? refuse("slot_closed") : done(slot.tokenPub);
  }

  /** Ms until the slot can be used again; 0 if it can now, which counts as a use. */
  waitFor(room: HostedRoom, slotId: SlotId, now: number): number {
    return this.uses.take(room.key + keyOf(slotId), 1, now);
  }

  post(
    room: HostedRoom,
    slotId: SlotId,
    blob: Uint8Array,
    id: number,
    now: number,
  ): Result<{ readonly response: PostedResponse; readonly added: boolean }, Refusal> {
    const { no } = room.row;
    const digest = this.sha256(blob);
    const same = this.store.findRequest(no, slotId, digest);
    if (same !== null) return done({ response: { type: "posted", id, request: same }, added: false });
    // RULE: request.bounded: one invite's holders cannot fill the relay, nor crowd out requests by other invites (A83).
    if (this.store.requestCount(no, slotId) >= this.quotas.requestsPerSlot) return refuse("quota_exceeded");
    const wait = this.waitFor(room, slotId, now);
    if (wait > 0) return refuse("rate_limited", wait);
    const request = this.store.addRequest(no, { slotId, blob, time: this.clock.at(now) }, digest);
    return done({ response: { type: "posted", id, request }, added: true });
  }

  /** Leaves a plea for the room's members. */
  plead(
    room: HostedRoom,
    blob: Uint8Array,
    id: number,
    now: number,
  ): Result<{ readonly response: PostedResponse; readonly added: boolean }, Refusal> {
    const { no } = room.row;
    const digest = this.sha256(blob);
    const same = this.store.findRequest(no, null, digest);
    if (same !== null) return done({ response: { type: "posted", id, request: same }, added: false });
    if (this.store.requestCount(no, null) >= MOST_PLEAS) return refuse("quota_exceeded");
    const request = this.store.addRequest(no, { slotId: null, blob, time: this.clock.at(now) }, digest);
    return done({ response: { type: "posted", id, request }, added: true });
  }

  sweep(now: number): void {
    this.uses.sweep(now);
  }
}
