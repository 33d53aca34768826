import type { Result } from "@conclave/codec";
import { availableOf, type RoomEvent } from "@conclave/protocol";
import type { HeadReceipt, LogItem, RoomTag, Signed } from "@conclave/wire";
import { type Answer, GONE } from "../relay/answer.js";
import { gatherProof } from "./gatherProof.js";
import { bringRecords, noteLacking, noteWhole, showNewest } from "./recovery.js";
import { bringFromMirrors } from "./mirrorRecovery.js";
import { hindrance, pausedBy } from "./hindrance.js";
import { keepNoted, receiveDelivery } from "./receiving.js";
import type { Problem } from "../api/problem.js";
import type { CancelTimer } from "../ports/clock.js";
import { type Job, type RoomWork, Worker } from "./worker.js";
import type { WriteProof } from "./writeProof.js";

const CHUNK = 128;
const PAGE = 512;
/** At least this many new records are read before the relay is asked to sign for them, and at most twice as many. */
const UNSIGNED = 32;
/** Who has just come in writes first: quicker code that is loaded for later must not keep them waiting (ms). */
const QUICKEN_AFTER_MS = 3000;
const QUICKEN_AGAIN_MS = 10 * 60_000;
/** How often a relay that was restored is brought what the mirrors have (ms). */
const MIRRORED_EVERY_MS = 60_000;

/**
 * Keeps a room at the relay's head: subscribes from its cursor, takes every record in order, fills gaps. `isLive` from
 * when the log has been read to the length that the relay signed; only then may anything be sent.
 */
export class Sync extends Worker {
  private unknownRoom: Problem | null = null;
  /** What the relay said last to who asked it for the log; null while it gives it. */
  private refused: Problem | null = null;
  /** The connection on which the relay says that it was restored from a copy, and waits for what it lost. */
  private recoveringOn = 0;
  private subscribedOn = 0;
  /** The connection on which a receipt was not valid: nothing that comes on it is believed. */
  private distrustedOn = 0;
  private cancelQuicken: CancelTimer = () => undefined;
  /** The connection on which a record was kept back. */
  private withheldOn = 0;
  private target = 0;
  /** When a relay that was restored was brought last what the mirrors have. */
  private mirroredAt = Number.NEGATIVE_INFINITY;
  /** How long the log was by what the relay signed when this subscription began. */
  private signed = 0;
  /** How long the log is when the relay is asked to sign for it next. */
  private signAt = 0;
  private live = false;

  constructor(
    work: RoomWork,
    private readonly proof: WriteProof,
    /** Told of each event, and where in the log it is, the moment that the room has changed. */
    private readonly heard: (event: RoomEvent, n: number) => void,
  ) {
    super(work);
  }

  get isLive(): boolean {
    const { room, failure } = this.state;
    return (
      failure === null &&
      this.live &&
      !this.isDistrusted &&
      this.connection.welcome !== null &&
      room !== null &&
      room.cursor.n >= this.target
    );
  }

  /** Whether the relay may be asked as a member: the log of a room that we are in has been read to its end. */
  get canAsk(): boolean {
    return this.isLive && this.state.phase.is === "member";
  }

  /** Whether anything may be sent in the room: we are in it, and nothing hinders it. */
  get canSend(): boolean {
    return this.canAsk && !this.state.onlyReads && this.hindrance === null;
  }

  /** This device cannot follow the room, and is on its way back. */
  get isComingBack(): boolean {
    return this.state.comingBack !== null;
  }

  /** Why nothing is sent in the room now; null where that is not for a reason of the room, the relay or the network. */
  get hindrance(): Problem | null {
    const stopped = hindrance(this.state);
    if (stopped) return stopped;
    if (!this.connection.welcome) return { kind: "unreachable" };
    if (!this.isLive || this.isArriving) return this.problem ?? this.refused ?? { kind: "behind" };
    const alarm = this.state.room?.pausingAlarms[0];
    return alarm ? pausedBy(alarm.code) : null;
  }

  /**
   * Why the log cannot be read to its end, where waiting is no remedy: the relay answers, and has no such room (any more),
   * keeps part of it back, or is not the room's relay.
   */
  get problem(): Problem | null {
    if (this.isDistrusted) return pausedBy("BAD_RECEIPT");
    const isPaused = this.state.room?.pausingAlarms.some(({ code }) => code === "WITHHELD") === true;
    const { welcome, number } = this.connection;
    const withheld = isPaused && !this.isLive && welcome !== null && this.withheldOn === number;
    // RULE: move.told: a relay that does not have a room which has just moved to it has not lost it.
    return (this.isArriving ? this.state.moveRefusal : this.unknownRoom) ?? (withheld ? pausedBy("WITHHELD") : null);
  }

  /** The same where waiting may help: the relay answers, and says why it gives nothing now. */
  get refusal(): Problem | null {
    return this.refused;
  }

  /** The room has moved, and what answers here is the relay that it was at before. */
  get isElsewhere(): boolean {
    return !this.connection.isAt(this.state.meta.relay);
  }

  /** The room has moved here, and nobody has brought it yet. */
  private get isArriving(): boolean {
    const { relocation, moveRefusal } = this.state;
    return relocation?.isThere === false && (!this.live || moveRefusal !== null);
  }

  /** The relay of the room says that it never had it: a copy from before it came there was put back. */
  get isRoomLost(): boolean {
    const { unknownRoom: problem } = this;
    return this.isRoomUnknown && problem?.kind === "relay" && problem.error === "room_unknown";
  }

  /** The relay says that it has no such room. */
  get isRoomUnknown(): boolean {
    return this.unknownRoom !== null && !this.isElsewhere;
  }

  override offline(): void {
    super.offline();
    this.cancelQuicken();
    this.live = false;
    this.unknownRoom = null;
    this.refused = null;
    // What the next connection signs for is what there is to reach: one false promise does not outlast its connection.
    this.target = 0;
  }

  /** The room was replaced by another, or there is one now: starts over with it. */
  restart(): void {
    this.unknownRoom = null;
    this.subscribedOn = 0;
    this.target = 0;
    this.live = false;
    this.plan();
  }

  /** Has the relay sign for what it has pushed. */
  askSigned(): void {
    this.signAt = Math.min(this.signAt, this.state.room?.cursor.n ?? 0);
    this.plan();
  }

  /** The log is known to have at least `n` records. */
  reach(n: number): void {
    this.target = Math.max(this.target, n);
    this.plan();
  }

  /** The relay was restored from a copy, and waits for what it lost. */
  get isRecovering(): boolean {
    return this.connection.welcome !== null && this.recoveringOn === this.connection.number;
  }

  /** New records are pushed; `receipt`: what is signed for them, where a commit is among them. */
  push(items: readonly LogItem[], receipt: Signed<HeadReceipt> | null): void {
    // What was appended just now is pushed as it came: nothing of it is deleted yet.
    if (this.isDistrusted) return;
    const { number } = this.connection;
    void this.guard(async () => {
      // Before its records: a commit among them may move the room to another relay, whose key did not sign this.
      if (receipt !== null && !this.isElsewhere && !(await this.hold(receipt, 0, number))) return;
      await this.take(items, 0, number);
    }).then(() => {
      this.plan();
    });
  }

  /** A receipt was not valid. RULE: client.distrust: a relay that is not the room's ends neither a sync nor a wait (attack A21). */
  distrust(): void {
    this.distrustedOn = this.connection.number;
    this.live = false;
    this.state.tell({ type: "changed" });
  }

  /** Whether what answers now is not the room's relay, by what it signed. */
  get isDistrusted(): boolean {
    return this.connection.welcome !== null && this.distrustedOn === this.connection.number;
  }

  /** Takes in a record that another relay has shown, and that was judged to move the room there. */
  async takeMove(item: LogItem): Promise<Result<boolean, Problem>> {
    const taken = await this.state.transact((tx) => receiveDelivery(this.state, tx, item, 0, this.heard));
    this.plan();
    return taken;
  }

  /** The relay ended the subscription: a new one goes on where the room is. */
  lagged(): void {
    this.subscribedOn = 0;
    this.plan();
  }

  protected next(): Job | null {
    const { room } = this.state;
    if (!room || this.state.upgraded || this.isDistrusted || this.isElsewhere) return null;
    // What is at another relay is not read before the commit that moves the room there: it may be at the same address.
    if (this.state.isMovingAlone && this.state.isPendingAlone) return null;
    const fromN = room.cursor.n + 1;
    const isSubscribed = this.subscribedOn === this.connection.number;
    if (isSubscribed && room.receipts.proofWanted) return () => gatherProof(this.state, this.connection);
    if (isSubscribed && room.cursor.n < this.target) return () => this.read(room.tag, fromN);
    // RULE: client.signed-for: pushes carry no receipt, so from time to time the relay signs for them all: that proves a later
    // fork, however long the connection has lasted (docs/protocol.md §6, attack A22).
    if (!isSubscribed || room.cursor.n >= this.signAt) return () => this.subscribe(room.tag, fromN);
    return this.live ? null : () => this.arrive();
  }

  private arrive(): void {
    this.live = true;
    this.retry.reset();
    this.state.room?.caughtUp();
    this.cancelQuicken();
    this.quickenIn(QUICKEN_AFTER_MS);
    this.state.tell({ type: "changed" });
  }

  // Again and again: what is there is not loaded twice, and what could not be fetched may be there later.
  private quickenIn(afterMs: number): void {
    const { clock, crypto } = this.state.ports;
    if (!crypto.quicken) return;
    this.cancelQuicken = clock.setTimer(afterMs, () => {
      void crypto.quicken!();
      this.quickenIn(QUICKEN_AGAIN_MS);
    });
  }

  private async subscribe(roomTag: RoomTag, fromN: number): Promise<void> {
    const { number } = this.connection;
    // With the key of the epoch that we know: the log may bring us into others, and this one vouches for them.
    this.proof.give();
    if (this.subscribedOn !== number) showNewest(this.state, this.connection);
    const answer = await this.connection.request<"subscribe">({ type: "subscribe", roomTag, fromN });
    if (number !== this.connection.number) return;
    this.answered(answer);
    this.unknownRoom = answer.type === "error" && GONE.has(answer.error) ? this.refused : null;
    if (this.unknownRoom) {
      this.live = false;
      this.state.tell({ type: "changed" });
    }
    if (this.isRoomLost && this.state.relocation === null) await this.bringWhole();
    if (this.isArriving) this.refused = null;
    if (answer.type === "error" && answer.error === "room_recovering") {
      this.recoveringOn = number;
      this.state.tell({ type: "changed" });
      const from = answer.position?.n ?? fromN;
      await this.bring(from);
      await this.bringMirrored(from);
    }
    if (answer.type !== "subscribed") return;
    this.recoveringOn = 0;
    this.mirroredAt = Number.NEGATIVE_INFINITY;
    this.subscribedOn = number;
    // Whatever it signs: one that signs for less is not asked again and again. Nor do all members ask at the same moment.
    const pause = UNSIGNED + ((this.state.person[0] ?? 0) % UNSIGNED);
    if (!(await this.hold(answer.receipt, fromN - 1, number))) return;
    this.signed = answer.receipt.receipt.n;
    this.signAt = Math.max(this.signed, fromN - 1) + pause;
    if (this.signed >= fromN - 1) await noteWhole(this.state);
    // Before its records are taken in, and push out what we remember of the log.
    await gatherProof(this.state, this.connection);
    await this.take(answer.items, answer.receipt.receipt.availableFrom, number);
  }

  /** Brings a relay that was restored from a copy of before the room was made all of it, where this device has it from the first record on. */
  private async bringWhole(): Promise<void> {
    // Where nothing was said yet there is nothing to bring; to bring it and begin again would hide that the relay lacks the room.
    if ((this.state.room?.cursor.n ?? 0) === 0) return;
    const { number } = this.connection;
    const outcome = await bringRecords(this.state, this.connection, 0, () => {
      this.proof.forget();
      this.proof.give();
    });
    if (number !== this.connection.number || outcome !== "all") return;
    await noteLacking(this.state, outcome);
    this.restart();
  }

  /** Brings a relay that was restored what it lost: its log is `from` records long. */
  private async bring(from: number): Promise<void> {
    const { number } = this.connection;
    if (from >= (this.state.room?.cursor.n ?? 0)) return;
    const outcome = await bringRecords(this.state, this.connection, from, () => {
      this.proof.forget();
      this.proof.give();
    });
    if (number === this.connection.number) await noteLacking(this.state, outcome);
  }

  /**
   * What is lost may be at a mirror, and on no device that is there. Once a minute: a relay that does not take it is not brought it all
   * the time.
   */
  private async bringMirrored(from: number): Promise<void> {
    const now = this.state.now();
    if (Math.abs(now - this.mirroredAt) < MIRRORED_EVERY_MS) return;
    this.mirroredAt = now;
    if (!(await bringFromMirrors(this.state, this.connection, from))) return;
    // It knows the members' key again.
    this.proof.forget();
    this.proof.give();
  }

  private async read(roomTag: RoomTag, fromN: number): Promise<void> {
    const { number } = this.connection;
    const answer = await this.connection.request<"read">({ type: "read", roomTag, fromN, limit: PAGE });
    if (number !== this.connection.number || this.isElsewhere) return;
    this.answered(answer);
    if (answer.type !== "page") return;
    const { receipt, items } = answer;
    if (receipt !== null && !(await this.hold(receipt, fromN - 1, number))) return;
    await this.take(items, receipt?.receipt.availableFrom ?? 0, number);
    // A relay that promises records and does not give them is asked again, ever more slowly.
    if (this.state.room?.cursor.n === fromN - 1) this.retry.later();
  }

  /** Holds the relay to what it signed; false where that cannot be done, or is not signed. `known`: how far we had the log. */
  private async hold(signed: Signed<HeadReceipt>, known: number, number: number): Promise<boolean> {
    const { n, time } = signed.receipt;
    const isSigned = await this.state.transact((tx) => {
      if (number !== this.connection.number || this.isElsewhere) return true;
      const noted = this.state.room?.receipts.noteHead(signed, known);
      if (noted) keepNoted(this.state, tx, noted);
      if (noted && !noted.alarm) this.state.clock.heardRelay(time, this.state.now());
      return noted?.isSigned ?? true;
    });
    if (!isSigned.ok) return false;
    if (!isSigned.value) {
      this.distrust();
      return false;
    }
    this.target = Math.max(this.target, n);
    return true;
  }

  private answered(answer: Answer<"subscribe" | "read">): void {
    this.refused = null;
    if (answer.type !== "error") return;
    const { error, retryAfter } = answer;
    this.refused = { kind: "relay", error, retryAfter };
    this.retry.later(retryAfter);
  }

  /**
   * Takes records in, several in one transaction. `availableFrom`: what the relay signed of them all; 0 for nothing. `number`: of the
   * connection that they came by.
   *
   * RULE: client.moved-on: nothing that a relay shows after the record that moved the room away from it is a record of the room: it
   * could be anything, and others read on elsewhere (attack A139).
   */
  private async take(items: readonly LogItem[], availableFrom: number, number: number): Promise<void> {
    // RULE: client.pruned-signed: what was appended since this subscription began was pushed whole, and what is said to be deleted
    // has a signed head after it, that tells whether it was what it is called (docs/protocol.md §6, attack A110).
    const { room } = this.state;
    const available = Math.min(availableOf(items, availableFrom), this.signed + 1);
    for (let at = 0; at < items.length; at += CHUNK) {
      const chunk = items.slice(at, at + CHUNK);
      const taken = await this.state.transact(async (tx) => {
        for (const item of chunk) {
          if (number !== this.connection.number || this.isElsewhere) return null;
          if (!(await receiveDelivery(this.state, tx, item, available, this.heard))) return item.n;
        }
        return null;
      });
      if (!taken.ok || number !== this.connection.number || this.isElsewhere) return;
      // We are back, in another room's place: it reads on from here, and begins as a room that was loaded.
      if (this.state.room !== room && room !== null) this.restart();
      if (taken.value === null) continue;
      this.target = Math.max(this.target, taken.value);
      if (taken.value === (this.state.room?.cursor.n ?? 0) + 1) this.withheldOn = this.connection.number;
    }
  }
}
