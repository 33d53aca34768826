import { equalBytes } from "@conclave/codec";
import type { Room, RoomAdoption } from "@conclave/protocol";
import type { Answer } from "../relay/answer.js";
import type { Relocation } from "../store/relocation.js";
import { electionRank } from "./electionRank.js";
import { type Chore, ElectedWorker } from "./electedWorker.js";
import { atFormerRelay } from "./formerRelay.js";
import { keepNoted } from "./receiving.js";
import { fraction } from "./retryTimer.js";
import type { Sync } from "./sync.js";
import type { Job, RoomWork } from "./worker.js";
import type { WriteProof } from "./writeProof.js";

/** Roster records in one request, and their bytes. */
const BATCH = { records: 512, bytes: 512 * 1024 };
const STEP_MS = 10_000;
const LONGEST_MS = 120_000;
/** How long after a relay was restored it is looked whether it has all that was decided. */
const LACKING_MS = 60 * 60 * 1000;
/** How long the old relay is asked for anything. */
export const FORMER_MS = 7 * 24 * 60 * 60 * 1000;

/**
 * Brings a room to the relay that it has moved to (docs/protocol.md §6, Moving). Every member can do all of it, and who has moved the
 * room does it first: so nobody is left behind where that device stops half way.
 */
export class Relocator extends ElectedWorker {
  constructor(
    work: RoomWork,
    sync: Sync,
    private readonly proof: WriteProof,
  ) {
    super(work, sync);
  }

  /** The old relay did not take the slots when it was asked last: it may be gone for good. */
  private isUnforwarded = false;
  /** The relay was found to have all that was decided. */
  private hasHistory = false;
  /** Up to which of the records to be brought the new relay has them, and for which move. */
  private brought = { move: -1, upTo: 0 };

  /** Whether nothing is left to do for a move, or nothing that can be done now. */
  get isDone(): boolean {
    const { relocation } = this.state;
    if (relocation === null) return true;
    // RULE: move.dead-waits-nobody: where the old relay does not answer nobody waits for it: its slots are put once it does.
    return relocation.isThere && relocation.isBrought && (relocation.isForwarded || this.isUnforwarded);
  }

  protected override next(): Job | null {
    const { relocation } = this.state;
    if (!relocation) return this.mayLackHistory ? super.next() : null;
    // RULE: move.brought-again: a new relay that was restored from a copy of before the move has lost the room: it is brought once more.
    if (relocation.isThere) return this.sync.isRoomLost ? () => this.adopt(relocation) : super.next();
    if (this.sync.isLive) return () => this.arrive(relocation);
    return this.sync.isRoomUnknown ? () => this.adopt(relocation) : null;
  }

  protected chore(): Chore | null {
    const { relocation, room } = this.state;
    if (room && !relocation && this.mayLackHistory) {
      const wait = () => this.turn(room);
      return { key: "history", wait, job: async () => (this.hasHistory = await this.bringRoster(room, null)) };
    }
    if (!relocation || !room) return null;
    const age = this.state.now() - relocation.since;
    if (age > FORMER_MS) return { key: "forget", wait: () => 0, job: () => this.forget() };
    if (relocation.isThere && relocation.isBrought && relocation.isForwarded) return null;
    return {
      key: String(relocation.adoption.n),
      wait: () => {
        return relocation.isOwn ? 0 : this.turn(room);
      },
      job: () => this.finish(room, relocation),
    };
  }

  /** How long to leave it to others first (ms). */
  private turn(room: Room): number {
    const rank = electionRank(room.roster, room.self.leaf, room.epoch) + 1;
    return Math.min(LONGEST_MS, STEP_MS * (rank + fraction(this.state.ports)));
  }

  /**
   * Whether the relay was restored lately: if the room was made after the copy, its first roster record is in nobody's log.
   */
  private get mayLackHistory(): boolean {
    const { recovery } = this.state;
    return !this.hasHistory && recovery.ended > 0 && this.state.now() - recovery.ended < LACKING_MS;
  }

  /**
   * The new relay shows the room as it left the old one.
   *
   * RULE: move.key-denied: the commit that moved the room registers a key there. A relay that has the commit, and not that key, was given
   * the room by somebody else, who keeps everybody from writing: each member is told so, and an owner can move on (attack A139).
   */
  private async arrive({ adoption }: Relocation): Promise<void> {
    const isNewest = this.state.room?.lastCommit === adoption.n + 1;
    const answer = isNewest ? await this.proof.check() : null;
    if (answer?.type === "lost") return;
    if (answer?.type === "error") {
      const { error, retryAfter } = answer;
      const isDenied = error === "write_denied";
      this.state.moveRefusal = { kind: "relay", error: isDenied ? "room_exists" : error, retryAfter };
      this.state.tell({ type: "changed" });
      this.retry.later(retryAfter);
      return;
    }
    this.state.moveRefusal = null;
    await this.keep({ isThere: true });
  }

  private async adopt({ adoption, to }: Relocation): Promise<void> {
    const permit = await this.state.permitFor(to);
    const answer = await this.connection.request<"adoptRoom">({ type: "adoptRoom", ...adoption, permit });
    if (answer.type === "created") {
      this.state.moveRefusal = null;
      await this.state.transact((tx) => {
        const noted = this.state.room?.receipts.noteHead(answer.receipt);
        if (noted) keepNoted(this.state, tx, noted);
        this.change(tx, { isThere: true, isBrought: false });
      });
      this.sync.restart();
    } else if (answer.type === "error" && answer.error === "room_recovering") {
      // It has the room again, and knows by its own signature that there was more: that is brought as to any relay that was restored.
      this.state.moveRefusal = null;
      await this.keep({ isThere: false, isBrought: false });
      this.sync.restart();
    } else if (answer.type === "error") {
      const { error, retryAfter } = answer;
      this.state.moveRefusal = { kind: "relay", error, retryAfter };
      this.retry.later(retryAfter);
      // Somebody else may have brought it by now.
      this.sync.restart();
    }
  }

  private async finish(room: Room, relocation: Relocation): Promise<boolean> {
    if (!relocation.isBrought) {
      if (!(await this.bringRoster(room, relocation.adoption))) return false;
      await this.keep({ isBrought: true });
    }
    if (!relocation.isForwarded) {
      if (!(await this.forward(room, relocation))) return false;
      await this.keep({ isForwarded: true, slots: [] });
    }
    return true;
  }

  /**
   * Brings what was decided, where the relay does not have all of it: newcomers read it there. `adoption`: it has what came since the room
   * moved to it; null: all but the first record.
   */
  private async bringRoster(room: Room, adoption: RoomAdoption | null): Promise<boolean> {
    const { ports, keys } = this.state;
    const hash = (data: Uint8Array) => ports.crypto.hash("sha256", data);
    const stored = await ports.storage.range({ prefix: `${keys.state}x/` });
    const records = room.moving
      .rosterRecords(stored.map(({ key, value }) => [key.slice(keys.state.length), value] as const))
      .reverse();
    const charter = records.at(-1);
    const begin = adoption ? records.findIndex((one) => equalBytes(one, adoption.attachment)) : records.length - 2;
    if (!charter || begin < 0) return true;
    this.proof.give();
    const last = await this.ask<"readRoster">({
      type: "readRoster",
      roomTag: room.tag,
      record: hash(charter),
    });
    if (last.type !== "roster") return false;
    if (last.records.length > 0) return true;
    // A long history needs several tries: what the relay has taken is not brought again.
    const { move, upTo } = this.brought;
    for (let at = move === adoption?.n ? upTo : begin + 1; at < records.length;) {
      const batch: Uint8Array[] = [];
      for (let bytes = 0; at + batch.length < records.length && batch.length < BATCH.records;) {
        const record = records[at + batch.length]!;
        bytes += record.length;
        if (batch.length > 0 && bytes > BATCH.bytes) break;
        batch.push(record);
      }
      const after = hash(records[at - 1]!);
      const answer = await this.ask<"bringRoster">({
        ...{ type: "bringRoster", roomTag: room.tag, after, records: batch },
      });
      if (answer.type !== "done") return false;
      at += batch.length;
      if (adoption) this.brought = { move: adoption.n, upTo: at };
    }
    return true;
  }

  /**
   * Puts the slots of the open invites at the old relay, made for the room as it moved: whoever has a link to it reads in the room's own
   * history where the room is now. Nobody but a link's holder learns it by that, and the old relay decides nothing.
   */
  private async forward(room: Room, { slots }: Relocation): Promise<boolean> {
    // What was decided at the new relay the old one does not have: a slot that names it would lead nowhere.
    if (slots.length === 0) return true;
    const put = await atFormerRelay(this.state, this.connection.find, async (relay) => {
      const answers = slots.map((slot) =>
        relay.request<"putSlot">({ type: "putSlot", roomTag: room.tag, slot, life: 0 }),
      );
      // What passes is asked again: a link that was not put leads nowhere.
      const isFinal = (answer: Answer<"putSlot">) =>
        answer.type === "error" ? answer.retryAfter === 0 : answer.type !== "lost";
      const answered = await Promise.all(answers);
      for (const answer of answered) if (answer.type === "error") this.notBefore(answer.retryAfter);
      return answered.every(isFinal);
    });
    const isOver = put.ok ? put.value : put.error.kind === "unknown";
    this.isUnforwarded = !isOver;
    return isOver;
  }

  private async forget(): Promise<boolean> {
    await this.state.transact((tx) => {
      this.state.keepRelocation(tx, null);
    });
    return true;
  }

  private async keep(change: Partial<Relocation>): Promise<void> {
    await this.state.transact((tx) => {
      this.change(tx, change);
    });
  }

  private change(tx: Parameters<typeof this.state.keepRelocation>[0], change: Partial<Relocation>): void {
    const { relocation } = this.state;
    if (relocation) this.state.keepRelocation(tx, { ...relocation, ...change });
  }
}
