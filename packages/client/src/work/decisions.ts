import { done, equalBytes, failed, type Result } from "@conclave/codec";
import {
  actionHash,
  type Action,
  type Append,
  encodeAppend,
  type JoinRequest,
  type Rejection,
  type CommitRequest,
  type RoomEvent,
} from "@conclave/protocol";
import type { CommitReceipt, Signed } from "@conclave/wire";
import type { DecisionProgress } from "../api/invitation.js";
import type { Problem } from "../api/problem.js";
import type { CancelTimer } from "../ports/clock.js";
import { ended } from "./hindrance.js";
import { type Intent, Intents } from "./intents.js";
import { type Movement, whyLate } from "./movement.js";
import { propose } from "./proposing.js";
import { keepNoted } from "./receiving.js";
import { Rivals } from "./rivals.js";
import { type Job, type RoomWork, Worker } from "./worker.js";
import type { WriteProof } from "./writeProof.js";

const TELL_AFTER = 3;
/** How often the relay may refuse a commit before it is given up. */
const PATIENT = 4;
/** After how many lost races, or renewals, it is given up where nobody waits and no time runs out. */
const GIVE_UP_AFTER = 12;
const ALONE_AFTER_MS = 20_000;
/** How long nothing may be sent, after a commit was stored and before it was answered, until the person who waits is told so (ms). */
const UNTIL_BACK_MS = 15_000;
/** How long the log may lack a commit of ours that the relay says it has taken, until we have it sign for the log again (ms). */
const SHOWN_WITHIN_MS = 15_000;
/** How long to wait after new keys that nobody could use, the first time in an epoch; each time longer, and at most so long (ms). */
const KEYS_AGAIN_MS = 60_000;
const KEYS_AGAIN_FACTOR = 4;
const KEYS_AGAIN_MOST_MS = 3_600_000;

/**
 * Carries out what this device decides, one commit at a time. A commit is stored before it is sent and takes effect when
 * the log shows it; one that lost its race is built again on what came first, if it is still allowed (attack A23).
 */
export class Decisions extends Worker {
  private readonly intents: Intents;
  private readonly rivals: Rivals;
  /** It waits, after a commit that we could not open. */
  private holds = false;
  /** How this device's commit lost its race, until that is seen to. */
  private lost: Extract<RoomEvent, { type: "lostRace" }> | null = null;
  private sentOn = 0;
  private refusals = 0;
  /** How often a commit that nobody could use came before the present one. */
  private blocked = 0;
  /** New keys of this epoch came to nothing: when they may be tried again, and how long that was waited for. */
  private vain = { epoch: 0, until: 0, pause: 0 };
  /** Ends the wait until something may be sent again. */
  private cancelAway: CancelTimer | null = null;
  /** Ends the wait until the log shows what the relay has taken. */
  private cancelShown: CancelTimer | null = null;

  constructor(
    private readonly parts: RoomWork & Movement,
    private readonly proof: WriteProof,
  ) {
    super(parts);
    this.rivals = new Rivals(parts.state);
    this.intents = new Intents(parts.state.ports.clock, (intent) => this.whyLate(intent));
  }

  /**
   * Resolves when it is in the log, was proposed, or cannot be done. `since`: the room's newest entry when it was wanted:
   * somebody else who has decided the same after that has done it.
   */
  decide(
    wanted: CommitRequest,
    {
      request = null,
      mayPropose = true,
      isAsked = false,
      since = this.state.room?.roster.seq ?? 0,
    }: { request?: JoinRequest | null; mayPropose?: boolean; isAsked?: boolean; since?: number } = {},
  ): Promise<Result<DecisionProgress, Problem>> {
    const over = ended(this.state);
    if (over) return Promise.resolve(failed(over));
    const decided = this.intents.add({ wanted, request, mayPropose, isAsked, since });
    this.advance();
    return decided;
  }

  /** An event of the room. */
  heard(event: RoomEvent): void {
    this.rivals.heard(event);
    // A commit for another relay alone lost to one at the room's own: that one is there, and the room can be moved as usual.
    if (event.type === "lostRace" && !this.state.hasAlone) this.lost = event;
  }

  /** Whether a decision of this device is on its way or waiting. */
  get hasWork(): boolean {
    return this.isBusy || !this.intents.isEmpty || (this.state.room?.pending ?? null) !== null;
  }

  override offline(): void {
    super.offline();
    this.awaitReturn();
  }

  /**
   * RULE: client.unknown-told: a connection that is lost, or a room that is paused, between a commit and its answer leaves open
   * whether it was taken: a person who waits is told that it is on its way, and not that nothing was done (attack A23).
   */
  private awaitReturn(): void {
    const intent = this.intents.current;
    if (intent === null || this.cancelAway !== null) return;
    this.cancelAway = this.state.ports.clock.setTimer(UNTIL_BACK_MS, () => {
      this.cancelAway = null;
      const isOpen = this.intents.current === intent && this.state.room?.pending;
      if (isOpen && !this.parts.sync.canSend) this.intents.abandon(intent);
    });
  }

  /** Nothing will be done any more. */
  stop(problem: Problem): void {
    this.retry.stop();
    this.cancelAway?.();
    this.cancelShown?.();
    this.cancelAway = this.cancelShown = null;
    this.intents.stop(problem);
  }

  /** The relay takes nothing by our write key in this epoch: only new keys help, or none at all. */
  lockedOut(): void {
    void this.guard(async () => {
      const isTold = await this.state.transact((tx) => {
        const noted = this.state.room?.noteRefusedKey() ?? null;
        if (noted) keepNoted(this.state, tx, noted);
        return noted !== null;
      });
      if (isTold.ok && !isTold.value && !this.intents.has("rekey")) await this.makeKeys();
    });
  }

  // RULE: client.keys-in-vain: where new keys come to nothing, whether by somebody's junk or by this device's own fault, they are
  // tried ever more rarely: each try puts up to twelve commits into the log, which is never deleted (attack A85).
  private async makeKeys(): Promise<void> {
    const epoch = this.state.room?.epoch ?? 0;
    const { vain } = this;
    if (vain.epoch === epoch && this.state.now() < vain.until) return;
    const made = await this.decide({ type: "rekey" });
    if (made.ok || made.error.kind !== "starved") return;
    const before = vain.epoch === epoch ? vain.pause : 0;
    const pause = Math.min(KEYS_AGAIN_MOST_MS, Math.max(KEYS_AGAIN_MS, before * KEYS_AGAIN_FACTOR));
    this.vain = { epoch, until: this.state.now() + pause, pause };
  }

  protected next(): Job | null {
    const { room } = this.state;
    if (!room || !this.parts.sync.canAsk) return null;
    if (this.isHeldBack()) return null;
    const { pending } = room;
    // RULE: move.never-to-old: a commit that was made for another relay alone, as the room's own was gone, is not given to that one
    // where it comes back: the other one may have it already, and what comes after it would be there and nowhere else (attack A90).
    if (this.state.isMovingAlone) return null;
    if (this.state.isPendingAlone) return () => this.dropAlone();
    if (room.isPendingTakenBack) return () => this.drop();
    // RULE: client.pause-holds: what is stored already does not leave while an alarm pauses the room. It goes once a person goes
    // on; what was sent before that the log may show all the same, and it is taken in.
    if (pending && !this.parts.sync.canSend) {
      this.sentOn = 0;
      this.awaitReturn();
      return null;
    }
    if (pending && pending.append.lastCommit !== room.lastCommit) return () => this.renew();
    if (pending) return this.sentOn === this.connection.number ? null : () => this.send(pending.append);
    if (this.intents.current || this.lost) {
      return () => {
        this.conclude();
      };
    }
    return this.intents.isEmpty ? null : () => this.build(this.intents.begin());
  }

  private isHeldBack(): boolean {
    const wait = this.untilAlone();
    if (wait > 0 && !this.retry.isWaiting) this.retry.in(wait);
    else if (wait <= 0 && this.holds) this.retry.stop();
    this.holds = wait > 0;
    return this.holds;
  }

  /**
   * How long to wait before we change anything after a commit that we could not open (ms); 0 for not at all.
   *
   * RULE: client.no-keys-alone: others may have followed it, and a commit of ours would lead where nobody else is. When nobody has
   * shown us a door for a while we go on: it may have been meant to stop everybody (attacks A68, A107).
   */
  private untilAlone(): number {
    const { room, comingBack } = this.state;
    if (!room?.doors.unopened) return 0;
    return comingBack === null ? ALONE_AFTER_MS : comingBack.since + ALONE_AFTER_MS - this.state.now();
  }

  private async build(intent: Intent): Promise<void> {
    const { wanted, request } = intent;
    // What two people decided in one moment is done, and is not asked for once more.
    const finished = this.doneBy(intent);
    if (finished) {
      this.finish(finished);
      return;
    }
    const { doubt } = this.state.clock;
    // RULE: client.clock-asked: nobody's decision takes its time from a clock that nobody agrees with, before the person was
    // asked: the room's time never goes back, and links end by it (docs/protocol.md §4).
    if (doubt && intent.isAsked && wanted.type !== "rekey") {
      this.finish(failed(doubt));
      return;
    }
    const result = await this.state.transact((tx): Rejection | null => {
      const outcome = this.state.room!.act(wanted, {
        now: this.state.clock.timeOf(this.state.now()),
        ...(request ? { request } : {}),
      });
      if (!outcome.ok) return outcome.error;
      this.state.apply(tx, outcome.value.delta);
      if (this.state.hasAlone) this.state.keepAlone(tx, null);
      return null;
    });
    this.sentOn = 0;
    this.refusals = 0;
    this.blocked = 0;
    if (!result.ok) this.finish(failed(result.error));
    else if (result.value?.code === "approvals_missing" && intent.mayPropose && wanted.type !== "rekey") {
      this.finish(await propose(this.parts, wanted, result.value));
    } else if (result.value) this.finish(failed({ kind: "refused", rejection: result.value }));
  }

  /** The same, when somebody else has decided it since it was wanted. */
  private doneBy({ wanted, since }: Intent): Result<DecisionProgress, Problem> | null {
    if (wanted.type === "rekey") return null;
    const { decisionLog, ports, person } = this.state;
    const same = decisionLog.decidedSince(since, actionHash(ports.crypto, wanted, person));
    return same && done({ done: true, seq: same.decision.seq });
  }

  private async send(append: Append): Promise<void> {
    this.sentOn = this.connection.number;
    this.proof.give();
    const { number } = this.connection;
    const answer = await this.connection.append(encodeAppend(append));
    const isOver = number !== this.connection.number || this.parts.sync.isElsewhere;
    if (answer.type === "lost" || isOver) return;
    if (answer.type === "appended") {
      await this.keep(answer.receipt, number);
      this.expect(append, answer.n);
      return;
    }
    if (answer.error === "stale_epoch" && answer.position && answer.position.lastCommit !== append.lastCommit) {
      // The log will tell who came first.
      this.parts.sync.reach(answer.position.n);
      return;
    }
    this.sentOn = 0;
    const { error, retryAfter } = answer;
    if (++this.refusals < PATIENT) {
      this.retry.later(retryAfter);
      return;
    }
    await this.discard();
    this.lost = null;
    this.finish(failed({ kind: "relay", error, retryAfter }));
  }

  /**
   * RULE: client.acknowledged-shown: what the relay has acknowledged has to come in the log. Where it does not, it signs for the log
   * again: an honest one only lost a push, and one that denies what it signed is caught, and told of (attack A23).
   */
  private expect(append: Append, n: number): void {
    const { number } = this.connection;
    this.cancelShown?.();
    this.cancelShown = this.state.ports.clock.setTimer(SHOWN_WITHIN_MS, () => {
      this.cancelShown = null;
      const { room } = this.state;
      const isPending = room?.pending && equalBytes(room.pending.append.appendId, append.appendId);
      if (number !== this.connection.number || !isPending || room.cursor.n >= n) return;
      this.parts.sync.lagged();
    });
  }

  private async keep(receipt: Signed<CommitReceipt> | null, number: number): Promise<void> {
    if (!receipt) return;
    await this.state.transact((tx) => {
      // RULE: client.own-relay-only: what the relay before has signed counts for the log that it had, and is not held against the key
      // of the one where the room is now: else every move would look like a lie (attack A139).
      if (number !== this.connection.number || this.parts.sync.isElsewhere) return;
      const noted = this.state.room?.receipts.noteCommit(receipt);
      if (noted) keepNoted(this.state, tx, noted);
      if (noted && !noted.isSigned) this.parts.sync.distrust();
    });
  }

  /** A commit that nobody could use came first: ours is as good as before, and goes again, after that one. */
  private async renew(): Promise<void> {
    const action = this.state.room?.pending?.action ?? null;
    const losses = ++this.blocked;
    if (losses >= TELL_AFTER) this.state.tell({ type: "starved", action, losses, by: this.rivals.list() });
    if (losses >= GIVE_UP_AFTER) {
      await this.discard();
      this.finish(failed({ kind: "starved", losses, by: this.rivals.list() }));
      return;
    }
    await this.state.transact((tx) => {
      const renewed = this.state.room?.renewPending();
      if (renewed) this.state.apply(tx, renewed.delta);
    });
    this.sentOn = 0;
    if (losses > 1) this.retry.later();
  }

  private async dropAlone(): Promise<void> {
    await this.state.transact((tx) => {
      if (!this.state.isPendingAlone || !this.state.room) return;
      this.state.apply(tx, this.state.room.discardPending());
      this.state.keepAlone(tx, null);
    });
  }

  /** What the commit rests on was taken back. Where somebody waits for it, it is built again of what is still given. */
  private async drop(): Promise<void> {
    await this.discard();
    this.intents.putBack();
  }

  private discard(): Promise<Result<void, Problem>> {
    return this.state.transact((tx) => {
      if (this.state.room?.pending) this.state.apply(tx, this.state.room.discardPending());
    });
  }

  /** The pending commit is gone: it is in the log, or lost its race. */
  private conclude(): void {
    const { lost } = this;
    this.lost = null;
    if (lost) this.again(lost.action, lost.losses);
    else this.finish(done({ done: true, seq: this.state.room?.roster.seq ?? 0 }));
  }

  private again(action: Action | null, losses: number): void {
    // RULE: client.starved: a device that keeps losing says so: the relay may be choosing the winners (attack A23).
    if (losses >= TELL_AFTER) this.state.tell({ type: "starved", action, losses, by: this.rivals.list() });
    const intent = this.intents.current;
    if (!intent) {
      // It was decided before a restart: nobody waits for it, and it is wanted all the same.
      if (action && losses < GIVE_UP_AFTER) void this.decide(action);
      return;
    }
    this.intents.putBack();
    // The first time at once; then with a growing, random pause, so that two who race do not go on racing. The time of the person
    // who waits is up long before the pauses are many.
    if (++intent.losses > 1) this.retry.later();
  }

  private finish(result: Result<DecisionProgress, Problem>): void {
    this.intents.settle(result);
    this.rivals.forget();
    this.retry.reset();
  }

  /** What a person is told when their time is up. What is stored already goes on by itself, and they are told so. */
  private whyLate(intent: Intent): Problem {
    const isCurrent = this.intents.current === intent;
    const losses = isCurrent ? Math.max(this.blocked, intent.losses) : intent.losses;
    // Losing again and again is told as that: the relay has answered all the while.
    if (losses >= TELL_AFTER) return { kind: "starved", losses, by: this.rivals.list() };
    return isCurrent && this.state.room?.pending ? { kind: "underway" } : whyLate(this.parts);
  }
}
