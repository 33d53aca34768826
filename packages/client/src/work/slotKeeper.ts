import { equalBytes, toHex } from "@conclave/codec";
import type { Room, RoomEvent } from "@conclave/protocol";
import type { SlotContent } from "@conclave/wire";
import { type Chore, ElectedWorker } from "./electedWorker.js";
import { electionRank } from "./electionRank.js";
import type { ReturnKeeper } from "./returnKeeper.js";
import { fraction } from "./retryTimer.js";
import type { Sync } from "./sync.js";
import type { RoomWork } from "./worker.js";
import type { WriteProof } from "./writeProof.js";

const OWN_COMMIT_MS = 150;
const STEP_MS = 3000;
const LONGEST_MS = 120_000;

/**
 * Keeps the slots of open invites at the present epoch, so that a newcomer can join while nobody is there (docs/protocol.md
 * §7). The device that committed does it at once; the others only where the slots are still old after a while, one after another.
 */
export class SlotKeeper extends ElectedWorker {
  /** How often slots were put at the relay, or found there, in step with the room. */
  rounds = 0;
  /** Where in the log this device's newest commit is. */
  private ownCommit = 0;
  private denied = 0;
  private readonly closed = new Set<string>();

  constructor(
    work: RoomWork,
    sync: Sync,
    private readonly proof: WriteProof,
    private readonly returns: ReturnKeeper,
    /** The relay takes no slots of ours in this epoch: only new keys help. */
    private readonly lockedOut: () => void,
  ) {
    super(work, sync);
  }

  /** An event of the room at `n` in the log. */
  heard(event: RoomEvent, n: number): void {
    const isOwn =
      event.type === "joined" ||
      (event.type === "entry" && event.own) ||
      (event.type === "rekeyed" && equalBytes(event.by, this.state.person));
    if (isOwn) this.ownCommit = n;
  }

  /** Whether all slots are known to be made for the newest commit. */
  get isFresh(): boolean {
    return this.state.room?.lastCommit === this.state.slotsFor;
  }

  protected chore(): Chore | null {
    const { room } = this.state;
    if (!room || this.isFresh || (room.roster.invites.size === 0 && !this.isHurried)) return null;
    const { lastCommit } = room;
    const isOwn = lastCommit === this.ownCommit;
    return {
      key: String(lastCommit),
      wait: () => {
        // A way back was promised, and is not there without its slot.
        if (isOwn || this.returns.needsSlot) return OWN_COMMIT_MS;
        const rank = electionRank(room.roster, room.self.leaf, room.epoch) + 1;
        return Math.min(LONGEST_MS, STEP_MS * (rank + fraction(this.state.ports)));
      },
      job: () => this.refresh(room, isOwn),
    };
  }

  /** Puts the slots of all open invites that are not made for the newest commit, and closes those of the others. */
  private async refresh(room: Room, isOwn: boolean): Promise<boolean> {
    const { lastCommit } = room;
    this.proof.give();
    const slots = room.slots(this.state.now());
    let isDone = true;
    for (const slot of slots) {
      const isFresh = !isOwn && (await this.holds(slot, lastCommit));
      isDone = (isFresh || (await this.put(slot))) && isDone;
    }
    await this.closeOthers(slots);
    // A newer commit came meanwhile: that is another chore, and begins at once.
    if (room.lastCommit !== lastCommit) return true;
    if (!isDone) return false;
    if (slots.length > 0) this.rounds++;
    await this.state.transact((tx) => {
      this.state.keepSlotsFor(tx, lastCommit);
    });
    return true;
  }

  private async holds(slot: SlotContent, commit: number): Promise<boolean> {
    const roomTag = this.state.room!.tag;
    const answer = await this.connection.request<"getSlot">({ type: "getSlot", roomTag, slotId: slot.slotId, back: 0 });
    return answer.type === "slot" && answer.n >= commit;
  }

  /** A slot that is closed stays so: that is not ours to repair. */
  private async put(slot: SlotContent): Promise<boolean> {
    const body = { type: "putSlot", roomTag: this.state.room!.tag, slot, life: 0 } as const;
    const answer = await this.connection.request<"putSlot">(body);
    if (answer.type === "done") this.denied = 0;
    // A commit that nobody could use has taken the place of our write key: links would lead nowhere while nobody writes.
    else if (answer.type === "error" && answer.error === "write_denied" && ++this.denied % 3 === 0) this.lockedOut();
    return answer.type === "done" || (answer.type === "error" && answer.error === "slot_closed");
  }

  /** An invite that is over needs no slot: what is in it would only mislead (attack A40). */
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
