import { equalBytes, toHex } from "@conclave/codec";
import { alarm, inviteOf, readSlot, type Room, type RoomEvent } from "@conclave/protocol";
import type { SlotContent, SlotId, SlotListItem } from "@conclave/wire";
import type { Answer } from "../relay/answer.js";
import { type Chore, ElectedWorker } from "./electedWorker.js";
import { electionRank } from "./electionRank.js";
import { keepNoted } from "./receiving.js";
import type { ReturnKeeper } from "./returnKeeper.js";
import { fraction, RetryTimer } from "./retryTimer.js";
import type { Sync } from "./sync.js";
import type { RoomWork } from "./worker.js";
import type { WriteProof } from "./writeProof.js";

const OWN_COMMIT_MS = 150;
const STEP_MS = 3000;
const LONGEST_MS = 120_000;
/** How often slots are looked at where nothing has changed, and how often at most on new connections (ms). */
const LOOK_EVERY_MS = 24 * 3_600_000;
const LOOK_AGAIN_MS = 10 * 60_000;
/** A relay keeps 256 open slots of a room, on one page or two: one that goes on listing is not listened to. */
const MOST_PAGES = 4;
/** How many versions of a slot a newcomer tries. */
const VERSIONS = 3;

/**
 * Keeps the slots of open invites at the present epoch, so that a newcomer can join while nobody is there (docs/protocol.md
 * §7). The device that committed does it at once; the others only where the slots are still old after a while, one after another.
 * Once a day, and on a new connection, it looks whether they are still there, and useful.
 */
export class SlotKeeper extends ElectedWorker {
  /** How often slots were put at the relay, or found there, in step with the room. */
  rounds = 0;
  /** Where in the log this device's newest commit is. */
  private ownCommit = 0;
  /** The commit for which this device has done all that the relay lets it do. */
  private doneFor = -1;
  private denied = 0;
  private lookedOn = 0;
  private lookedAt = Number.NEGATIVE_INFINITY;
  private readonly nextLook: RetryTimer;
  /** Slots of no open invite, when they were last looked at. */
  private strangers: ReadonlySet<string> = new Set();
  /** By slot: the hash of what this device has put there, and for which commit. */
  private readonly made = new Map<string, { readonly hash: Uint8Array; readonly commit: number }>();

  constructor(
    work: RoomWork,
    sync: Sync,
    private readonly proof: WriteProof,
    private readonly returns: ReturnKeeper,
    /** The relay takes no slots of ours in this epoch: only new keys help. */
    private readonly lockedOut: () => void,
  ) {
    super(work, sync);
    this.nextLook = new RetryTimer(work.state.ports, () => {
      this.advance();
    });
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

  /** Whether newcomers find the slots fresh, as far as that is this device's to do: slots that are over may be left to others. */
  get isDone(): boolean {
    return this.isFresh || this.state.room?.lastCommit === this.doneFor;
  }

  override offline(): void {
    super.offline();
    this.nextLook.stop();
  }

  // RULE: slots.looked-at: junk in a slot, or a slot that somebody closed, makes a link useless for a day at most, also where
  // nobody changes the room (docs/protocol.md §7, attack A109).
  private get isLookDue(): boolean {
    const since = this.state.now() - this.lookedAt;
    return since >= LOOK_EVERY_MS || (this.lookedOn !== this.connection.number && since >= LOOK_AGAIN_MS);
  }

  protected chore(): Chore | null {
    const { room } = this.state;
    if (!room) return null;
    const isOld = !this.isFresh && (room.roster.invites.size > 0 || this.isHurried);
    if (!isOld && !this.isLookDue) return null;
    const { lastCommit } = room;
    const isOwn = isOld && lastCommit === this.ownCommit;
    return {
      key: isOld ? String(lastCommit) : `look ${String(this.connection.number)} ${String(this.lookedAt)}`,
      wait: () => {
        // A way back was promised, and is not there without its slot.
        if (isOwn || this.returns.needsSlot) return OWN_COMMIT_MS;
        const rank = electionRank(room.roster, room.self.leaf, room.epoch) + 1;
        return Math.min(LONGEST_MS, STEP_MS * (rank + fraction(this.state.ports)));
      },
      job: () => (isOld ? this.refresh(room, isOwn) : this.look(room)),
    };
  }

  /** Nothing has changed: what cannot be done now is left to the next look, and makes no new keys. */
  private async look(room: Room): Promise<boolean> {
    this.hasLooked();
    await this.refresh(room, false);
    this.denied = 0;
    return true;
  }

  private hasLooked(): void {
    this.lookedOn = this.connection.number;
    this.lookedAt = this.state.now();
    this.nextLook.in(LOOK_EVERY_MS);
  }

  /** Puts the slots of all open invites that are not useful as they are, and closes all others. */
  private async refresh(room: Room, isOwn: boolean): Promise<boolean> {
    const { lastCommit } = room;
    this.proof.give();
    const slots = room.slots(this.state.now());
    const listed = await this.list(room);
    if (listed === null) return false;
    const there = new Set(listed.map(({ slotId }) => toHex(slotId)));
    let arePut = true;
    for (const slot of slots) {
      const isThere = there.has(toHex(slot.slotId));
      if (!isThere) await this.checkClosed(room, slot);
      const isGood = isThere && !isOwn && (await this.holds(room, slot, lastCommit));
      arePut = (isGood || (await this.put(slot, lastCommit))) && arePut;
    }
    const refusals = await this.closeOthers(room, slots, listed);
    // A newer commit came meanwhile: that is another chore, and begins at once.
    if (room.lastCommit !== lastCommit) return true;
    if (arePut && [...refusals].every((why) => why === "on_probation")) this.doneFor = lastCommit;
    if (!arePut || refusals.size > 0) return false;
    this.hasLooked();
    if (slots.length > 0) this.rounds++;
    if (this.isFresh) return true;
    await this.state.transact((tx) => {
      this.state.keepSlotsFor(tx, lastCommit);
    });
    return true;
  }

  /** The slots that are open at the relay; null where it does not say. */
  private async list(room: Room): Promise<SlotListItem[] | null> {
    const found: SlotListItem[] = [];
    let after: SlotId | null = null;
    for (let page = 0; page < MOST_PAGES; page++) {
      const answer: Answer<"listSlots"> = await this.ask<"listSlots">({
        type: "listSlots",
        roomTag: room.tag,
        after,
      });
      if (answer.type === "error") this.noteDenied(answer.error);
      if (answer.type !== "slots") return null;
      found.push(...answer.slots);
      const last: SlotListItem | undefined = answer.slots.at(-1);
      if (!answer.more || last === undefined) break;
      after = last.slotId;
    }
    return found;
  }

  /**
   * Whether a newcomer finds something useful in a slot. This device knows what it has put there itself, and can open the slots of
   * its own links; of the others it only sees for which commit they were put.
   */
  private async holds(room: Room, slot: SlotContent, commit: number): Promise<boolean> {
    const own = this.state.invites.bySlot((inviteId) =>
      equalBytes(inviteOf(room.roster, inviteId)?.tokenPub ?? inviteId, slot.tokenPub),
    );
    const put = this.made.get(toHex(slot.slotId));
    const made = put?.commit === commit ? put.hash : null;
    for (let back = 0; back < VERSIONS; back++) {
      const body = { type: "getSlot", roomTag: room.tag, slotId: slot.slotId, back } as const;
      const answer = await this.ask<"getSlot">(body);
      if (answer.type !== "slot" || answer.n < commit) return false;
      if (!own && !made) return true;
      const { ports } = this.state;
      if (made && equalBytes(made, ports.crypto.hash("sha256", answer.blob))) return true;
      const view = own && readSlot(ports, room.linkOf(own.secret), answer.blob);
      if (view?.ok === true && room.roster.leaves.has(toHex(view.value.leaf))) return true;
    }
    return false;
  }

  /**
   * The slot of an open invite is not there. Where it was closed, somebody did that who has no right to: an invite ends by a
   * decision, and then it is not open.
   *
   * RULE: slots.closing-shown: whoever makes a link useless without a decision is noticed, though nobody knows who it was, and
   * the slot is opened again (attack A109).
   */
  private async checkClosed(room: Room, { slotId }: SlotContent): Promise<void> {
    const body = { type: "getSlot", roomTag: room.tag, slotId, back: 0 } as const;
    const answer = await this.ask<"getSlot">(body);
    if (answer.type !== "error" || answer.error !== "slot_closed") return;
    await this.state.transact((tx) => {
      const found = alarm("INVITE_CLOSED", { evidence: toHex(slotId) });
      keepNoted(this.state, tx, { delta: { put: [], delete: [] }, alarm: found });
    });
  }

  private async put(slot: SlotContent, commit: number): Promise<boolean> {
    const body = { type: "putSlot", roomTag: this.state.room!.tag, slot, life: 0 } as const;
    const answer = await this.ask<"putSlot">(body);
    const id = toHex(slot.slotId);
    if (answer.type === "done") {
      this.denied = 0;
      this.made.set(id, { hash: this.state.ports.crypto.hash("sha256", slot.blob), commit });
    }
    if (answer.type === "error") this.noteDenied(answer.error);
    const isClosed = answer.type === "error" && answer.error === "slot_closed";
    if (answer.type !== "lost") this.state.noteSlot(id, answer.type === "done");
    // A relay that does not open it again is asked again when we look next.
    return answer.type === "done" || isClosed;
  }

  /** A commit that nobody could use has taken the place of our write key: links would lead nowhere while nobody writes. */
  private noteDenied(error: string): void {
    if (error === "write_denied" && ++this.denied % 3 === 0 && !this.isFresh) this.lockedOut();
  }

  /**
   * An invite that is over needs no slot: what is in it would only mislead (attack A40). A slot of no invite that we know of is
   * closed only if it was there when we looked before, as the invite may be newer than our log; and one that ends by itself is not
   * an invite's.
   *
   * RULE: slots.strangers-closed: slots of nobody's invite do not use up the room's place for slots (attack A109).
   *
   * Returns why some are still open, if so: a newcomer whom no member has seen yet may not close any, and tries again.
   */
  private async closeOthers(
    room: Room,
    open: readonly SlotContent[],
    listed: readonly SlotListItem[],
  ): Promise<ReadonlySet<string>> {
    const openIds = new Set(open.map(({ slotId }) => toHex(slotId)));
    const over = new Set([...room.roster.invites.values()].map((invite) => toHex(room.slotId(invite))));
    const before = this.strangers;
    const strangers = new Set<string>();
    const refusals = new Set<string>();
    for (const { slotId, end } of listed) {
      const id = toHex(slotId);
      if (openIds.has(id) || end !== 0) continue;
      strangers.add(id);
      if (!over.has(id) && !before.has(id)) continue;
      const answer = await this.ask<"closeSlot">({ type: "closeSlot", roomTag: room.tag, slotId });
      if (answer.type !== "done") refusals.add(answer.type === "error" ? answer.error : answer.type);
    }
    this.strangers = strangers;
    return refusals;
  }
}
