import type { Mirror, Room } from "@conclave/protocol";
import { copyEnd, copyHeadAt, copyHeads, type CopyPart, itemHash, MOST_COPY_HASHES } from "@conclave/wire";
import type { MirrorState, RoomMirror } from "../api/mirror.js";
import { type Chore, ElectedWorker } from "./electedWorker.js";
import { electionRank } from "./electionRank.js";
import { atMirror, type MirrorCopy } from "./mirrorCopy.js";
import { lookAtCopy, lookAtMirror, lookWithout, mirrorKey, type MirrorLook } from "./mirrorLook.js";
import { firstPartOf } from "./recovery.js";
import { fraction, RetryTimer } from "./retryTimer.js";
import type { Sync } from "./sync.js";
import type { RoomWork } from "./worker.js";

/** How often every device looks at each mirror. */
const LOOK_EVERY_MS = 60 * 60 * 1000;
/** How soon again at one that did not answer. */
const AGAIN_MS = 2 * 60 * 1000;
/** How long a device leaves it to those before it to bring what is new. */
const STEP_MS = 4000;
const LONGEST_MS = 10 * 60 * 1000;
/** How soon again where it contradicts us and our relay has not signed for what we have. */
const UNPROVED_MS = 60 * 1000;
/** After it has asked the relay to sign. */
const SIGNED_MS = 500;
const MOST_BYTES = 64 * 1024 * 1024;
/** Parts in one go. */
const MOST_PARTS = 64;
/** How far back a new copy begins, as far as this device has it. */
const FIRST = [500, 200, 50, 10, 1] as const;

interface Note extends MirrorLook {
  readonly lookedAt: number;
  /** It takes nothing more of what this device has before this time (ms), or the next look. */
  readonly leftUntil: number;
}

/**
 * Keeps the room's mirrors (docs/protocol.md §6, Mirrors): brings them what is new, one device after another, and looks now and then
 * at what they show. They are never waited for: a room with a mirror that is gone is a room.
 */
export class MirrorKeeper extends ElectedWorker {
  private readonly notes = new Map<string, Note>();
  private readonly nextLook: RetryTimer;

  constructor(work: RoomWork, sync: Sync) {
    super(work, sync);
    this.nextLook = new RetryTimer(work.state.ports, () => {
      this.advance();
    });
  }

  /** What is known of each mirror. */
  get mirrors(): readonly RoomMirror[] {
    return this.all.map((mirror) => {
      const { state, n } = this.notes.get(mirrorKey(mirror)) ?? lookWithout("unknown");
      return { address: mirror.relay.address, state, n };
    });
  }

  /** Whether every mirror has what there is, or takes nothing from us now. */
  get isDone(): boolean {
    const { room } = this.state;
    return this.all.every((mirror) => {
      const note = this.notes.get(mirrorKey(mirror));
      return (
        note !== undefined &&
        (note.leftUntil > this.state.now() || !TAKES.has(note.state) || note.n >= (room?.cursor.n ?? 0))
      );
    });
  }

  /** Looks at all of them now. */
  async lookAtAll(): Promise<void> {
    for (const mirror of this.all) this.note(mirror, await lookAtMirror(this.state, this.connection, mirror));
  }

  override offline(): void {
    super.offline();
    this.nextLook.stop();
  }

  // A mirror is looked at also by who sends nothing.
  protected override get isReady(): boolean {
    return this.sync.canAsk;
  }

  protected chore(): Chore | null {
    const { room } = this.state;
    if (!room || this.all.length === 0) return null;
    const now = this.state.now();
    const unseen = this.all.find((mirror) => this.isToLookAt(mirror, now));
    if (unseen) return { key: `look ${mirrorKey(unseen)}`, wait: () => 0, job: () => this.lookAt(unseen) };
    const due = this.sync.canSend ? this.all.find((mirror) => this.isBehind(mirror, room)) : undefined;
    if (due === undefined) {
      if (!this.nextLook.isWaiting) this.nextLook.in(UNPROVED_MS);
      return null;
    }
    const key = `${mirrorKey(due)} ${String(this.notes.get(mirrorKey(due))!.n)}`;
    return { key, wait: () => this.wait(room), job: () => this.bring(due, room) };
  }

  private get all(): readonly Mirror[] {
    return this.state.room?.mirrors.all ?? [];
  }

  private isToLookAt(mirror: Mirror, now: number): boolean {
    const note = this.notes.get(mirrorKey(mirror));
    return note === undefined || now - note.lookedAt >= (note.state === "unreachable" ? AGAIN_MS : LOOK_EVERY_MS);
  }

  private isBehind(mirror: Mirror, room: Room): boolean {
    const note = this.notes.get(mirrorKey(mirror));
    if (note === undefined || note.leftUntil > this.state.now()) return false;
    return (TAKES.has(note.state) || note.state === "busy") && note.n < room.cursor.n;
  }

  private wait({ roster, self, epoch }: Room): number {
    const rank = electionRank(roster, self.leaf, epoch);
    return Math.min(LONGEST_MS, STEP_MS * (rank + fraction(this.state.ports)));
  }

  private note(mirror: Mirror, found: MirrorLook, leftUntil = 0): void {
    const { room } = this.state;
    // What convicts the relay is its own word on our log: it is asked for it, and then the mirror is told.
    const isUnproved = found.state === "contradicts" && (room?.receipts.newest?.receipt.n ?? 0) < (room?.cursor.n ?? 0);
    if (isUnproved) this.sync.askSigned();
    const since = isUnproved ? LOOK_EVERY_MS - UNPROVED_MS : 0;
    this.notes.set(mirrorKey(mirror), { ...found, lookedAt: this.state.now() - since, leftUntil });
    this.state.tell({ type: "changed" });
  }

  private async lookAt(mirror: Mirror): Promise<boolean> {
    this.note(mirror, await lookAtMirror(this.state, this.connection, mirror));
    return true;
  }

  private async bring(mirror: Mirror, room: Room): Promise<boolean> {
    const found = await atMirror(room, this.connection, mirror, (copy) => this.bringTo(mirror, copy));
    // Tried again when it is looked at next.
    if (typeof found === "string") this.note(mirror, lookWithout(found));
    return typeof found === "string" || found;
  }

  /** Whether nothing more is to be brought there now: else it is once more, after a wait. */
  private async bringTo(mirror: Mirror, copy: MirrorCopy): Promise<boolean> {
    const { room } = copy;
    let seen = await lookAtCopy(this.state, copy);
    let [isOver, leftUntil] = [true, 0];
    for (let parts = 0; parts < MOST_PARTS && TAKES.has(seen.state) && this.sync.canSend; parts++) {
      const receipt = room.receipts.newest;
      if (receipt === null || receipt.receipt.n <= seen.n) {
        // RULE: client.mirror-signed: what was pushed has no receipt: the relay is asked to sign for it, and then it is brought.
        if (room.cursor.n > seen.n) {
          this.sync.askSigned();
          this.notBefore(SIGNED_MS);
          isOver = false;
        }
        break;
      }
      const last = seen.state === "agrees" ? await copy.part(seen.length) : null;
      const part = await this.partAfter(room, seen, last);
      if (part === null) {
        seen = { ...seen, state: "behind" };
        break;
      }
      const permit = await this.state.permitFor(this.connection.find(mirror.relay.address)?.url ?? "");
      const answer = await copy.bring(copy.place.copy, seen.length, part, permit);
      const error = answer?.type === "error" ? answer : null;
      // RULE: client.mirror-takes: a mirror that does not have more after it was brought something is left in peace for a while: else it
      // would keep all who bring busy for ever (attack A83).
      if (answer?.type === "brought" && answer.n === copyEnd(part)) {
        seen = { state: "agrees", length: seen.length + 1, n: answer.n };
        this.retry.reset();
      } else if (error?.error === "stale_epoch") {
        const { n, length } = seen;
        seen = await lookAtCopy(this.state, copy);
        if (TAKES.has(seen.state) && seen.n <= n && seen.length <= length) {
          leftUntil = Infinity;
          seen = { ...seen, state: "unreachable" };
        }
      } else if (error !== null && error.retryAfter > 0) {
        // RULE: client.mirror-busy: a mirror that asks for a wait, or is full, answers: it is told as that, and brought more after the wait.
        seen = { ...seen, state: "busy" };
        leftUntil = this.state.now() + error.retryAfter;
      } else if (error?.error === "unlinked" && last !== null && part.fromN > seen.n + 1) {
        seen = { ...seen, state: "behind" };
      } else {
        leftUntil = Infinity;
        if (seen.state !== "unsigned") seen = { ...seen, state: error ? "refused" : "unreachable" };
      }
      if (leftUntil > 0) break;
    }
    this.note(mirror, seen, leftUntil);
    return isOver;
  }

  /**
   * The next part of our log for a copy, up to the newest head that was signed for us; where this device does not have it, one after a
   * gap, which a mirror takes when nobody has had the next one for long; null where there is none.
   */
  private async partAfter(room: Room, { n }: MirrorLook, last: CopyPart | null): Promise<CopyPart | null> {
    const receipt = room.receipts.newest!;
    const sha256 = (data: Uint8Array) => this.state.ports.crypto.hash("sha256", data);
    const to = receipt.receipt.n;
    const first = FIRST.map((back) => Math.max(0, to - back));
    const heads = last && copyHeads(sha256, room.tag, last);
    for (const begin of last === null ? first : [n, ...first.filter((each) => each > n)]) {
      const before = room.headAt(begin) ?? (last && heads && copyHeadAt(last, heads, begin));
      const all = before ? (await this.state.kept.from(begin + 1, MOST_BYTES)).slice(0, to - begin) : [];
      if (!before || all.length < to - begin || all.length > MOST_COPY_HASHES) continue;
      const items = firstPartOf(all);
      const hashes = all.slice(items.length).map((item) => itemHash(sha256, room.tag, item));
      return { fromN: begin + 1, before, items, hashes, receipt };
    }
    return null;
  }
}

/** A mirror in these states takes what is new: what nobody signed may be somebody's who was in the copy's place before. */
const TAKES: ReadonlySet<MirrorState> = new Set(["agrees", "empty", "pruned", "unsigned"]);
