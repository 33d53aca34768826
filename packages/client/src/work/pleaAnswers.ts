import { equalBytes, toHex } from "@conclave/codec";
import type { DoorOpening, Plea, Room } from "@conclave/protocol";
import type { JoinRequestItem } from "@conclave/wire";
import type { Answer } from "../relay/answer.js";
import { type Chore, ElectedWorker } from "./electedWorker.js";
import { electionRank } from "./electionRank.js";
import type { JoinRequests } from "./joinRequests.js";
import { fraction, RetryTimer } from "./retryTimer.js";
import type { Sync } from "./sync.js";
import type { Job, RoomWork } from "./worker.js";
import type { WriteProof } from "./writeProof.js";

// Whoever waits for a door changes nothing meanwhile, and goes on alone before long.
const STEP_MS = 500;
const LONGEST_MS = 10_000;
/** How long a door stands open. */
const LIFE_S = 3600;
/** How long a plea is left alone that we could not answer, or that nobody can open: its key may be on its way to us. */
const LEAVE_MS = 60_000;
/** How long a door is left alone that we have put, while the room stays as it is: others may have pushed it out. */
const SAME_MS = 5 * 60_000;
/** Doors that this device keeps in step with the room at once. */
const MOST_DOORS = 16;

/** A door that this device has opened. */
interface OpenedDoor {
  readonly plea: Plea;
  /** When it was opened, by our clock (ms). */
  readonly since: number;
  /** For which commit it was put at the relay last. */
  commit: number;
}

/**
 * Answers devices that cannot follow the room (docs/decisions/0019): opens a door for a leaf that the roster lists, keeps it in step
 * until its device is back, and tells a leaf that was taken out by which decision. Those who are there do it one after another.
 */
export class PleaAnswers extends ElectedWorker {
  private readonly doors = new Map<string, OpenedDoor>();
  /** Pleas that are not for us to answer as the room is: by their number, the commit for which we found so, and until when (ms). */
  private readonly left = new Map<number, { readonly commit: number; readonly until: number }>();
  /** Pleas of a generation that we do not know: by their number, since when (ms). */
  private readonly unknown = new Map<number, number>();
  private readonly again: RetryTimer;

  constructor(
    work: RoomWork,
    sync: Sync,
    private readonly requests: JoinRequests,
    private readonly proof: WriteProof,
  ) {
    super(work, sync);
    this.again = new RetryTimer(work.state.ports, () => {
      this.advance();
    });
  }

  /** Nothing is owed to anybody now, as far as the relay has told. */
  get isIdle(): boolean {
    return !this.isBusy && this.requests.isListed && this.chore() === null;
  }

  override offline(): void {
    super.offline();
    this.again.stop();
    this.left.clear();
  }

  protected override next(): Job | null {
    const job = super.next();
    const next = Math.min(
      ...[...this.left.values()].map(({ until }) => until).filter((until) => until > this.state.now()),
    );
    if (!job && Number.isFinite(next)) this.again.in(next - this.state.now());
    return job;
  }

  protected chore(): Chore | null {
    const { room } = this.state;
    if (!room || this.state.leaving !== null || this.isLost(room)) return null;
    const door = this.behind(room);
    if (door) {
      const key = `door ${toHex(door.plea.leaf)} ${String(room.lastCommit)}`;
      return { key, wait: () => 0, job: () => this.keepInStep(room, door) };
    }
    const item = this.requests.pleas.find(({ request }) => !this.isLeft(room, request));
    if (!item) return null;
    const wait = () => {
      const rank = electionRank(room.roster, room.self.leaf, item.request);
      return Math.min(LONGEST_MS, STEP_MS * (rank + fraction(this.state.ports)));
    };
    return { key: `plea ${String(item.request)}`, wait, job: () => this.answer(room, item) };
  }

  /**
   * Whether we wait for a door ourselves, and know why. Records of later epochs alone are no reason not to help: anybody who can
   * write to the relay leaves such, for everybody, and whoever stands where we stand gets no door of us anyway.
   */
  private isLost({ doors: { unopened } }: Room): boolean {
    const { comingBack } = this.state;
    return comingBack !== null && (comingBack.why !== "unopened" || unopened !== null);
  }

  /** A door that was opened for an earlier commit. */
  private behind(room: Room): OpenedDoor | null {
    for (const [leaf, door] of this.doors) {
      const isOver = door.since + LIFE_S * 1000 <= this.state.now() || !room.roster.leaves.has(leaf);
      if (isOver) this.doors.delete(leaf);
      else if (door.commit !== room.lastCommit) return door;
    }
    return null;
  }

  private isLeft(room: Room, request: number): boolean {
    const left = this.left.get(request);
    return left !== undefined && left.commit === room.lastCommit && left.until > this.state.now();
  }

  /**
   * RULE: plea.bounded: what nobody can open is thrown away, and a door that is open is not opened again: anybody who can write to the
   * relay makes members open a few bytes, and no more (attacks A83, A107).
   */
  private async answer(room: Room, item: JoinRequestItem): Promise<boolean> {
    const { keys, ports } = this.state;
    // What is found of a plea holds for the room as it is now: it may change while we wait for the relay.
    const { lastCommit } = room;
    const name = room.doors.keyRecordOfPlea(item.blob);
    const key = name && (await ports.storage.get(keys.state + name));
    if (name && !key) return this.passUnknown(room, item);
    const plea = key && room.doors.readPlea(item.blob, key);
    if (!plea) return this.throwAway(room, item);
    const leaf = toHex(plea.leaf);
    const standing = room.doors.pleaStanding(plea);
    if (standing === "ahead") return this.leave(lastCommit, item);
    if (this.isSame(leaf, plea)) return this.leave(lastCommit, item, SAME_MS);
    const opening =
      standing === "out" ? await this.removalFor(room, plea) : room.doors.openDoorFor(plea, this.state.now());
    if (opening === null) return this.throwAway(room, item);
    // RULE: plea.next: a plea that the relay does not let us answer keeps nobody from being answered after it (attack A107).
    const put = opening.slot && (await this.put(room, opening.slot));
    if (put && put.type !== "done") return isDenied(put) && this.leave(lastCommit, item, LEAVE_MS);
    const told = await this.requests.answerPlea(item.request, opening);
    if (!told.ok && !(told.error.kind === "relay" && isDenied(told.error))) return false;
    this.note(room, plea, opening);
    // Where it stays, or the relay does not know us for a member, it is not answered again at once.
    return this.leave(lastCommit, item, SAME_MS);
  }

  /** The same plea again, whose door we have just put. A new one is for another door. */
  private isSame(leaf: string, { doorId }: Plea): boolean {
    const door = this.doors.get(leaf);
    return door !== undefined && equalBytes(door.plea.doorId, doorId) && door.since + SAME_MS > this.state.now();
  }

  private note(room: Room, plea: Plea, { slot }: DoorOpening): void {
    const leaf = toHex(plea.leaf);
    if (!slot) return;
    this.doors.set(leaf, { plea, since: this.state.now(), commit: room.lastCommit });
    for (const oldest of [...this.doors.keys()].slice(0, -MOST_DOORS)) this.doors.delete(oldest);
  }

  /** Leaves it to others, as the room is now, and for so long. */
  private leave(commit: number, { request }: JoinRequestItem, ms = LIFE_S * 1000): boolean {
    const there = new Set(this.requests.pleas.map((plea) => plea.request));
    for (const gone of this.left.keys()) if (!there.has(gone)) this.left.delete(gone);
    this.left.set(request, { commit, until: this.state.now() + ms });
    return true;
  }

  /**
   * RULE: plea.unknown-key: a plea under a key that we still do not know after a minute is junk, and goes: else who knows nothing but
   * the room's tag takes up the place of those who have no key any more. Where we may be behind ourselves, others judge (attack A83).
   */
  private passUnknown(room: Room, item: JoinRequestItem): Promise<boolean> | boolean {
    const now = this.state.now();
    const there = new Set(this.requests.pleas.map(({ request }) => request));
    for (const gone of this.unknown.keys()) if (!there.has(gone)) this.unknown.delete(gone);
    const since = this.unknown.get(item.request) ?? now;
    this.unknown.set(item.request, since);
    const isJunk = now - since >= LEAVE_MS && this.state.comingBack === null;
    return isJunk ? this.throwAway(room, item) : this.leave(room.lastCommit, item, LEAVE_MS);
  }

  /** What the relay lets only members take away, or nobody yet, is left for now, and keeps nobody from answering the next. */
  private async throwAway(room: Room, item: JoinRequestItem): Promise<boolean> {
    const { lastCommit } = room;
    const removed = await this.requests.remove(item.request);
    if (removed.ok || removed.error.kind !== "relay") return removed.ok;
    const { error, retryAfter } = removed.error;
    if (error === "on_probation") return this.leave(lastCommit, item);
    return error === "rate_limited" && this.leave(lastCommit, item, retryAfter);
  }

  private async removalFor(room: Room, plea: Plea): Promise<DoorOpening | null> {
    const { keys, ports } = this.state;
    const stored = await ports.storage.range({ prefix: `${keys.state}x/` });
    return room.doors.tellRemoval(
      plea,
      stored.map(({ key, value }) => [key.slice(keys.state.length), value] as const),
      this.state.now(),
    );
  }

  private async keepInStep(room: Room, door: OpenedDoor): Promise<boolean> {
    const { lastCommit } = room;
    const opening = room.doors.openDoorFor(door.plea, this.state.now());
    const put = opening?.slot && (await this.put(room, opening.slot));
    if (put && put.type !== "done" && !isDenied(put)) return false;
    door.commit = lastCommit;
    return true;
  }

  private put({ tag: roomTag }: Room, slot: NonNullable<DoorOpening["slot"]>): Promise<Answer<"putSlot">> {
    this.proof.give();
    return this.ask<"putSlot">({ type: "putSlot", roomTag, slot, life: LIFE_S });
  }
}

/** Whether the relay says no, and not later. */
function isDenied(
  answer: { readonly type: string } | { readonly kind: "relay"; readonly retryAfter: number },
): boolean {
  return "retryAfter" in answer && answer.retryAfter === 0;
}
