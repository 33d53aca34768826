import { toHex } from "@conclave/codec";
import type { SlotContent } from "@conclave/wire";
import type { RelayConnection } from "../relay/relayConnection.js";
import { fraction, RetryTimer } from "./retryTimer.js";
import type { RoomState } from "./roomState.js";
import type { Sync } from "./sync.js";
import { electionRank } from "./electionRank.js";
import type { WriteProof } from "./writeProof.js";

const OWN_COMMIT = 150;
const STEP = 3000;
const LONGEST = 120_000;

/**
 * Keeps the slots of open invites at the present epoch, so that a newcomer can join while nobody is there (docs/protocol.md
 * §7). Who committed does it at once; the others only where the slots are still old after a while, one after another.
 */
export class SlotKeeper {
  /** How often slots were put at the relay, or found there, in step with the room. */
  rounds = 0;
  private isHurried = false;
  private plannedFor = -1;
  private busy = false;
  private denied = 0;
  private readonly closed = new Set<string>();
  private readonly retry: RetryTimer;

  constructor(
    private readonly state: RoomState,
    private readonly connection: RelayConnection,
    private readonly sync: Sync,
    private readonly proof: WriteProof,
    private readonly changed: () => void,
    /** The relay takes no slots of ours in this epoch: only new keys help. */
    private readonly lockedOut: () => void,
    /** Whether something was promised that is not there without a slot. */
    private readonly isAwaited: () => boolean,
  ) {
    this.retry = new RetryTimer(state.ports, () => {
      void this.refresh();
    });
  }

  /** Whether all slots are known to be made for the newest commit. */
  get isFresh(): boolean {
    return this.state.room?.lastCommit === this.state.slotsFor;
  }

  /** While it is hurried it waits for nobody else: this process may end soon. */
  hurry(isHurried: boolean): void {
    this.isHurried = isHurried;
    if (!isHurried) return;
    this.plannedFor = -1;
    this.advance();
  }

  offline(): void {
    this.retry.stop();
    this.plannedFor = -1;
  }

  /** Plans to look after the slots when it is our turn. */
  advance(): void {
    const { room } = this.state;
    if (!room || room.status !== "active" || !this.sync.isLive || room.paused.length > 0) return;
    const { lastCommit } = room;
    if (lastCommit === this.plannedFor || this.isFresh) return;
    this.plannedFor = lastCommit;
    this.retry.stop();
    if (room.roster.invites.size === 0) return;
    const place = electionRank(room.roster, room.self.leaf, room.epoch) + 1;
    const isOwn = lastCommit === this.state.ownCommit || this.isAwaited();
    const pause = Math.min(LONGEST, STEP * (place + fraction(this.state.ports)));
    this.retry.in(this.isHurried ? 0 : isOwn ? OWN_COMMIT : pause);
  }

  /** Puts the slots of all open invites that are not made for the newest commit, and closes those of the others. */
  async refresh(): Promise<void> {
    const { room } = this.state;
    if (!room || room.status !== "active" || !this.sync.isLive || this.busy) return;
    const { lastCommit } = room;
    if (this.isFresh) return;
    this.busy = true;
    const isOwn = lastCommit === this.state.ownCommit;
    this.proof.give();
    const slots = room.slots(this.state.now());
    let isDone = true;
    for (const slot of slots) {
      const isFresh = !isOwn && (await this.holds(slot, lastCommit));
      isDone = (isFresh || (await this.put(slot))) && isDone;
    }
    await this.closeOthers(slots);
    // A newer commit came meanwhile, and what was planned for it found this at work: it is planned again, at once.
    if (room.lastCommit !== lastCommit) this.plannedFor = -1;
    else if (isDone) {
      this.retry.reset();
      if (slots.length > 0) this.rounds++;
      await this.state.transact((tx) => {
        this.state.keepSlotsFor(tx, lastCommit);
      });
    } else this.retry.later();
    this.busy = false;
    this.changed();
  }

  private async holds(slot: SlotContent, commit: number): Promise<boolean> {
    const roomTag = this.state.room!.tag;
    const answer = await this.connection.request<"getSlot">({ type: "getSlot", roomTag, slotId: slot.slotId, back: 0 });
    return answer.type === "slot" && answer.n >= commit;
  }

  /** A slot that is closed stays so: that is not ours to repair. */
  private async put(slot: SlotContent): Promise<boolean> {
    const answer = await this.connection.request<"putSlot">({ type: "putSlot", roomTag: this.state.room!.tag, slot });
    if (answer.type === "done") this.denied = 0;
    // A commit that nobody could use has taken the place of our write key: links would lead nowhere while nobody writes.
    else if (answer.type === "error" && answer.error === "write_denied" && ++this.denied % 3 === 0) this.lockedOut();
    return answer.type === "done" || (answer.type === "error" && answer.error === "slot_closed");
  }

  /** An invite that is over needs no slot: what lies there would only mislead (attack A40). */
  private async closeOthers(open: readonly SlotContent[]): Promise<void> {
    const { room } = this.state;
    if (!room) return;
    const openIds = new Set(open.map(({ slotId }) => toHex(slotId)));
    for (const { inviteId } of room.roster.invites.values()) {
      const slotId = room.slotId(inviteId);
      const id = toHex(slotId);
      if (openIds.has(id) || this.closed.has(id)) continue;
      const answer = await this.connection.request<"closeSlot">({ type: "closeSlot", roomTag: room.tag, slotId });
      if (answer.type === "done" || (answer.type === "error" && answer.error === "slot_unknown")) this.closed.add(id);
    }
  }
}
