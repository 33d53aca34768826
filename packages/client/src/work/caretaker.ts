import { equalBytes, toHex } from "@conclave/codec";
import { type Room, type CommitRequest, roleOf, stewardsOf, memberOf } from "@conclave/protocol";
import { isLastOwner } from "../api/lastOwner.js";
import { autoAdmissionOf } from "../timeline/requestView.js";
import { membersOf } from "../timeline/roomView.js";
import type { Decisions } from "./decisions.js";
import { type Chore, ElectedWorker } from "./electedWorker.js";
import { electionRank } from "./electionRank.js";
import type { JoinRequests } from "./joinRequests.js";
import { fraction, RetryTimer } from "./retryTimer.js";
import type { ReturnKeeper } from "./returnKeeper.js";
import type { MessageSender } from "./sender.js";
import type { Sync } from "./sync.js";
import type { RoomWork } from "./worker.js";

const STEP_MS = 1500;
/** How long to sleep at most until a link ends, in ms: people set clocks, and a timer does not notice. */
const LONGEST_SLEEP_MS = 24 * 3_600_000;
const LONGEST_MS = 60_000;
/** The longest pause after other people's changes have come first again and again. */
const STARVED_MS = 30_000;

/** Something that is owed to somebody. */
interface Owed {
  readonly key: string;
  readonly action: CommitRequest;
  /** Nobody else is expected to do it. */
  readonly isOwn: boolean;
}

/**
 * Carries out what others have asked for and the room allows: farewells, actions that enough people have agreed to
 * (docs/protocol.md §4, §10), and admissions by links that are the permission; binds the keys to those who joined by themselves; makes
 * the way back that our own person was promised; and, as a steward, closes links whose time is over. The devices that are there do it, one after another; two that do it at once do no harm.
 */
export class Caretaker extends ElectedWorker {
  /** How often new keys were made for somebody who joined by themselves. */
  rekeys = 0;
  /** How often in a row what was owed lost to other people's changes. */
  private starved = 0;
  /** Wakes when the next link with an end is over. */
  private readonly nextEnd: RetryTimer;
  /** What was refused at this seq is not tried again before the roster changes. */
  private readonly refused = new Map<string, number>();

  constructor(
    work: RoomWork,
    sync: Sync,
    private readonly decisions: Decisions,
    private readonly requests: JoinRequests,
    private readonly returns: ReturnKeeper,
    private readonly sender: MessageSender,
  ) {
    super(work, sync);
    this.nextEnd = new RetryTimer(work.state.ports, () => {
      this.advance();
    });
  }

  override offline(): void {
    super.offline();
    this.nextEnd.stop();
  }

  /** Nothing is owed that this device could do now, by the requests that it has: {@link JoinRequests.isListed}. */
  get isIdle(): boolean {
    return !this.isBusy && (!this.sync.canSend || this.chore() === null);
  }

  protected chore(): Chore | null {
    const room = this.state.room!;
    const { seq } = room.roster;
    // All the others have gone before us: nobody is left to carry our farewell out. Our own stewards cannot.
    const isAlone = room.roster.members.size === 1 + stewardsOf(room.roster, this.state.person).length;
    if (this.state.leaving !== null && isAlone) {
      return { key: "alone", wait: () => 0, job: () => this.leaveAlone() };
    }
    if (this.isVoid(room) && !this.isKept(room)) {
      return { key: "farewell again", wait: () => 0, job: () => this.sayAgain() };
    }
    const owed = this.owed(room);
    if (!owed) {
      if (this.isKept(room)) return { key: "kept", wait: () => 0, job: () => this.stayOn() };
      return this.isEndUnsigned(room) ? { key: "end", wait: () => 0, job: () => this.askTime() } : null;
    }
    const wait = () => {
      const rank = electionRank(room.roster, room.self.leaf, seq);
      const turn = owed.isOwn ? 0 : Math.min(LONGEST_MS, STEP_MS * (rank + fraction(this.state.ports)));
      // RULE: client.starved-slower: each change of others is new work here, so the pauses grow by what was lost, and not by what
      // stays undone: else everybody tries at once all the time, beside somebody who commits in a loop (attack A83).
      return Math.max(turn, this.starved === 0 ? 0 : Math.min(STARVED_MS, STEP_MS * 2 ** Math.min(this.starved, 10)));
    };
    return { key: `${owed.key} ${String(seq)}`, wait, job: () => this.act(owed, seq) };
  }

  private async leaveAlone(): Promise<boolean> {
    await this.state.transact((tx) => {
      if (this.state.phase.is !== "member") return;
      this.state.enter(tx, { is: "out", why: "left" });
      this.state.setLeaving(tx, null);
    });
    return true;
  }

  /**
   * Nobody can carry our farewell out: the other owners have gone since, and others would be left without one.
   *
   * RULE: client.farewell-kept: such a farewell is taken back: its person could not even hand the room over, and would see nothing
   * more of a room in which nobody else can decide anything (docs/protocol.md §10, attack A51).
   */
  private isKept({ roster }: Room): boolean {
    return this.state.leaving !== null && isLastOwner(membersOf(this.state), roster.sealed);
  }

  /** We said farewell by a leaf that has given way to another of ours. */
  private isVoid(room: Room): boolean {
    const { leaving, decisionLog } = this.state;
    if (leaving === null || room.isFarewellKept) return false;
    const self = memberOf(room.roster, room.self.person)?.devices.find(({ leaf }) => equalBytes(leaf, room.self.leaf));
    return self !== undefined && (decisionLog.find(self.addedSeq)?.n ?? 0) > leaving;
  }

  /**
   * RULE: client.farewell-again: a wish to leave outlasts the leaf that said it: who came back by another one says it again, or would
   * see nothing more of a room in which nobody lets them go (docs/protocol.md §10, attack A61).
   */
  private async sayAgain(): Promise<boolean> {
    const said = await this.state.transact((tx) => {
      if (!this.isVoid(this.state.room!)) return true;
      const outcome = this.state.room!.farewell(this.state.now());
      if (outcome.ok) this.sender.addSealed(tx, outcome.value);
      return outcome.ok;
    });
    return said.ok && said.value;
  }

  private async stayOn(): Promise<boolean> {
    const stayed = await this.state.transact((tx) => {
      if (this.state.leaving === null) return true;
      const said = this.state.room!.stay(this.state.now());
      if (!said.ok) return false;
      this.sender.addSealed(tx, said.value);
      this.state.setLeaving(tx, null);
      return true;
    });
    return stayed.ok && stayed.value;
  }

  /** False where it is tried again: what did not get through is, ever more slowly, until it does. */
  private async act({ key, action }: Owed, seq: number): Promise<boolean> {
    const request = action.type === "add" ? this.requests.findLeaf(action.leafCert) : null;
    const result = await this.decisions.decide(action, { request: request?.ask ?? null, mayPropose: false });
    // RULE: client.admit-once: as when a person admits somebody (attack A99).
    if (result.ok && request) {
      void this.guard(async () => {
        await this.requests.remove(request.item.request);
      });
    }
    this.starved = !result.ok && result.error.kind === "starved" ? this.starved + 1 : 0;
    const isRefused = !result.ok && result.error.kind === "refused";
    if (isRefused) this.refused.set(key, seq);
    if (result.ok && action.type === "rekey") this.rekeys++;
    return result.ok || isRefused;
  }

  /** All of it, as the room is now. */
  get due(): readonly CommitRequest[] {
    const { room } = this.state;
    return room === null ? [] : [...this.owing(room)].map(({ action }) => action);
  }

  private owed(room: Room): Owed | null {
    const next = this.owing(room).next();
    return next.done === true ? null : next.value;
  }

  private *owing(room: Room): Generator<Owed, void> {
    const self = toHex(room.self.person);
    // RULE: client.farewell-last: a device that has said farewell does nothing more in the room but let others go who have, too.
    const isLeaving = this.state.leaving !== null;
    const isNew = (key: string) => this.refused.get(key) !== room.roster.seq;
    for (const person of room.farewells()) {
      const key = `leave ${toHex(person)}`;
      // No commit takes out the leaf that makes it: a steward leaves its own person's farewell to others.
      const takesUs = stewardsOf(room.roster, person).some((each) => toHex(each.person) === self);
      if (toHex(person) !== self && !takesUs && isNew(key))
        yield { key, action: { type: "leave", person }, isOwn: false };
    }
    if (isLeaving) return;
    for (const { action, actionHash, by, isAgreed, isWanted } of room.proposals.list()) {
      const key = toHex(actionHash);
      // RULE: client.asked-for: an author's approval counts, so a device authors by itself only what its own person has asked
      // for or approved: else any member's message would use the rights of somebody who has more (attacks A2, A11, A55).
      if (!isWanted) continue;
      const isReady = isAgreed && (action.type !== "add" || this.requests.findLeaf(action.leafCert));
      if (isReady && isNew(key)) yield { key, action, isOwn: toHex(by) === self };
    }
    for (const each of this.requests.known) {
      const key = `auto ${toHex(each.ask.leaf)}`;
      const action = isNew(key) ? autoAdmissionOf(room, each) : null;
      if (action !== null) yield { key, action, isOwn: false };
    }
    if (isNew("tick") && this.ended(room).some((end) => this.state.clock.isBehindRelay(end)))
      yield { key: "tick", action: { type: "tick" }, isOwn: false };
    const key = `rekey ${String(room.lastCommit)}`;
    if (this.isUnbound() && isNew(key)) yield { key, action: { type: "rekey" }, isOwn: false };
    const action = isNew("return") ? this.returns.due : null;
    if (action !== null) yield { key: "return", action, isOwn: true };
  }

  /**
   * The ends (ms) of the open links whose time is over, where it is on us to close them. When the next one ends we look again.
   *
   * RULE: client.tick-two-clocks: a steward closes a link when its own clock and the relay's both say that its time is over: a clock that
   * jumps closes nothing, and neither does a relay's (attacks A34, A35, A122).
   */
  private ended({ roster }: Room): readonly number[] {
    const { clock, person } = this.state;
    if (roleOf(roster, person) !== "steward" || clock.doubt !== null) return [];
    const now = clock.timeOf(this.state.now());
    const ends = [...roster.openInvites.values()].flatMap(({ notAfter }) => notAfter ?? []);
    const next = Math.min(...ends.filter((end) => end >= now));
    if (Number.isFinite(next)) this.nextEnd.in(Math.min(LONGEST_SLEEP_MS, next - now + 1));
    return ends.filter((end) => end < now);
  }

  private isEndUnsigned(room: Room): boolean {
    return this.state.leaving === null && this.ended(room).some((end) => !this.state.clock.isBehindRelay(end));
  }

  /** Has the relay sign its time. False, as it is asked again, ever more slowly, until it does or our clock is found to be wrong. */
  private askTime(): Promise<boolean> {
    this.sync.lagged();
    return Promise.resolve(false);
  }

  /**
   * Whether the newest commit is somebody's join by an invite: the keys are bound to the roster with them in it by the
   * next member's commit, which also tells them that they are in (docs/protocol.md §5, §7).
   */
  private isUnbound(): boolean {
    const newest = this.state.decisionLog.entries.at(-1);
    if (!newest || newest.n === 0 || newest.n !== this.state.room?.lastCommit) return false;
    const { action, by, person } = newest.decision;
    const isArrival = action.type === "add" || action.type === "return" || action.type === "reseat";
    const isJoin = isArrival && person !== null && equalBytes(by, person);
    return isJoin && !equalBytes(by, this.state.person);
  }
}
