import { equalBytes } from "@conclave/codec";
import {
  type CommitRequest,
  type DeviceIdentity,
  newMessageNonce,
  ProtocolKind,
  type RoomEvent,
} from "@conclave/protocol";
import type { Push, RoomTag } from "@conclave/wire";
import { AskedJoin } from "../joining/askedJoin.js";
import { ComeBack } from "../joining/comeBack.js";
import { DirectJoin } from "../joining/directJoin.js";
import { BlobLink } from "../attachment/blobLink.js";
import { Uploads } from "../attachment/uploads.js";
import type { ConnectionUser } from "../relay/relayConnection.js";
import type { RoomRelay } from "../relay/roomRelay.js";
import type { Problem } from "../api/problem.js";
import { Caretaker } from "../work/caretaker.js";
import { Decisions } from "../work/decisions.js";
import { FoundingRoom } from "../work/founding.js";
import { ProbeAnswers } from "../work/probeAnswers.js";
import { Probes } from "../work/probes.js";
import { PleaAnswers } from "../work/pleaAnswers.js";
import { JoinRequests } from "../work/joinRequests.js";
import { queuedContent } from "../store/outbox.js";
import { joinEndingOf, type Phase } from "../store/phase.js";
import { MirrorKeeper } from "../work/mirrorKeeper.js";
import { MirrorReader } from "../work/mirrorReader.js";
import { Relocator } from "../work/relocator.js";
import type { ReturnKeeper } from "../work/returnKeeper.js";
import type { RoomState } from "../work/roomState.js";
import { MessageSender } from "../work/sender.js";
import { SlotKeeper } from "../work/slotKeeper.js";
import { Sync } from "../work/sync.js";
import { Waiting } from "../work/waiting.js";
import type { RoomWork, Worker } from "../work/worker.js";
import { WriteProof } from "../work/writeProof.js";

const UNTIL_SLOTS_MS = 10_000;

/** What drives one room: it mounts the workers of the phase that the room is in, and has them look whenever anything changes. */
export class RoomEngine implements ConnectionUser, RoomWork {
  readonly topic: RoomTag;
  readonly sync: Sync;
  readonly sender: MessageSender;
  readonly decisions: Decisions;
  readonly slots: SlotKeeper;
  readonly requests: JoinRequests;
  readonly waiting: Waiting;
  readonly blobs: BlobLink;
  readonly uploads: Uploads;
  readonly probes: Probes;
  readonly relocator: Relocator;
  readonly mirrors: MirrorKeeper;
  readonly mirrorReader: MirrorReader;
  private readonly answers: ProbeAnswers;
  private readonly founding: FoundingRoom;
  private readonly direct: DirectJoin;
  private readonly asked: AskedJoin | null;
  private readonly caretaker: Caretaker;
  private readonly comeBack: ComeBack;
  private readonly pleas: PleaAnswers;
  private mounted: readonly Worker[] = [];
  /** The key of the relay that the room is at. */
  private relayKey: Uint8Array | null = null;
  private isPlanned = false;
  private isRunning = false;
  private isStopped = false;

  constructor(
    readonly state: RoomState,
    readonly connection: RoomRelay,
    device: DeviceIdentity,
    readonly returns: ReturnKeeper,
  ) {
    const proof = new WriteProof(state, connection);
    const lockedOut = () => {
      this.decisions.lockedOut();
    };
    this.topic = state.meta.roomTag;
    this.waiting = new Waiting(state.ports);
    const heard = (event: RoomEvent, n: number) => {
      this.decisions.heard(event);
      if (event.type === "joined") this.sayHere();
      this.slots.heard(event, n);
      this.probes.heard(event);
      this.answers.heard(event, n);
    };
    this.sync = new Sync(this, proof, heard);
    this.mirrors = new MirrorKeeper(this, this.sync);
    this.mirrorReader = new MirrorReader(this, this.sync, heard);
    this.sender = new MessageSender(this, this.sync, proof, lockedOut);
    this.probes = new Probes(this, this.sync, this.sender);
    this.decisions = new Decisions(this, proof);
    this.answers = new ProbeAnswers(this, this.sync, this.decisions, this.sender);
    this.slots = new SlotKeeper(this, this.sync, proof, returns, lockedOut);
    this.relocator = new Relocator(this, this.sync, proof);
    this.requests = new JoinRequests(this, this.sync, proof);
    this.blobs = new BlobLink(state, connection, this.sync, proof, this.waiting, () => this.isStopped);
    this.uploads = new Uploads(this, this.blobs);
    this.caretaker = new Caretaker(this, this.sync, this.decisions, this.requests, returns, this.sender);
    this.comeBack = new ComeBack(this, device, this.sync, proof);
    this.pleas = new PleaAnswers(this, this.sync, this.requests, proof);
    this.founding = new FoundingRoom(this);
    this.direct = new DirectJoin(this, device, this.sync);
    this.asked = state.phase.is === "asking" ? new AskedJoin(this, state.phase.request, this.sync) : null;
  }

  /** Who was let in says so: else nobody could tell them from somebody who never fetched the admission. */
  private sayHere(): void {
    const { phase } = this.state;
    if (phase.is !== "joining" || phase.join !== null) return;
    const { ports, person } = this.state;
    const said = { kind: ProtocolKind.beat, ref: null, body: new Uint8Array(0), nonce: newMessageNonce(ports.random) };
    void this.state.transact((tx) => {
      this.sender.add(tx, queuedContent(ports.crypto, person, said), this.state.now());
    });
  }

  /** Who works in which phase. */
  private workersOf({ is }: Phase): readonly Worker[] {
    if (this.state.onlyReads) return is === "member" ? [this.sync, this.requests, this.mirrorReader] : [];
    switch (is) {
      case "founding":
        return [this.founding];
      case "joining":
        return [this.direct, this.sync];
      case "asking":
        return this.asked ? [this.asked] : [];
      case "member":
        return [
          ...[this.sync, this.relocator, this.comeBack, this.decisions, this.sender, this.slots, this.requests],
          ...[this.pleas, this.caretaker, this.uploads, this.probes, this.answers],
          ...[this.mirrors, this.mirrorReader],
        ];
      case "restored":
        return [this.sync, this.comeBack];
      case "out":
        return [];
    }
  }

  /** Why a founding or a join does not go on; null while it does. */
  get problem(): Problem | null {
    if (this.state.failure !== null) return { kind: "closed" };
    return joinEndingOf(this.state.phase)?.problem ?? this.founding.refusal;
  }

  /** Whether we have asked to join, and nobody has answered yet. */
  get isAsking(): boolean {
    return this.asked?.isWaiting === true;
  }

  /** Whether an answer to our request may be there that this device has not looked at. */
  get mayBeAnswered(): boolean {
    return this.state.phase.is === "asking" && this.isRunning && this.asked?.hasLooked === false;
  }

  /**
   * Resolves when the slots of open invites fit the room as it is, or after a while: a device that changes the room leaves it
   * so that others can join, also when this process ends right after.
   */
  async settleSlots(): Promise<void> {
    const calmSlots = this.slots.hurry();
    const { state, slots } = this;
    const isDone = () => slots.isDone || state.failure !== null || (state.room?.pausingAlarms ?? []).length > 0;
    await this.waiting.until(isDone, UNTIL_SLOTS_MS);
    calmSlots();
  }

  /**
   * Resolves when a room that moved is at its new relay with all that newcomers need, or after `timeout` ms; what is left goes on by
   * itself, here or at others.
   */
  async settleMove(timeout: number): Promise<void> {
    const calm = this.relocator.hurry();
    await this.waiting.until(() => this.relocator.isDone || this.state.failure !== null, timeout);
    calm();
  }

  /** Resolves when the mirrors have what there is, or after `timeout` ms; what is left is brought later, here or by others. */
  async settleMirrors(timeout: number): Promise<void> {
    const calm = this.mirrors.hurry();
    await this.waiting.until(() => this.mirrors.isDone || this.state.failure !== null, timeout);
    calm();
  }

  /** This device is on its way back, or is to be: there is something to wait for though nothing can be sent. */
  private get isComingBack(): boolean {
    const { phase, comingBack } = this.state;
    if (phase.is !== "restored" && !comingBack) return false;
    return !this.sync.isLive || !this.comeBack.isIdle;
  }

  /**
   * Does at once, without waiting for anybody else's turn, what is owed here: farewells, what enough people agreed to, new
   * keys for who joined, slots, the way back. Resolves when nothing more is, or cannot be done now, or after `timeout` ms.
   */
  async settle(timeout: number): Promise<void> {
    const calm = [this.caretaker.hurry(), this.slots.hurry(), this.pleas.hurry(), this.relocator.hurry()];
    const isDone = () =>
      this.isStopped ||
      this.state.failure !== null ||
      (!this.sync.canSend && !this.isComingBack) ||
      (this.comeBack.isIdle &&
        this.caretaker.isIdle &&
        !this.decisions.hasWork &&
        this.slots.isDone &&
        this.relocator.isDone &&
        this.pleas.isIdle);
    await this.waiting.until(isDone, timeout);
    for (const end of calm) end();
  }

  /** How often this device made new keys for newcomers, and put slots in step with the room. */
  get rounds(): { readonly rekeys: number; readonly slots: number } {
    return { rekeys: this.caretaker.rekeys, slots: this.slots.rounds };
  }

  /** What this device owes others now, by the room and the requests that it has read, in the order in which it would do it. */
  get due(): readonly CommitRequest[] {
    return this.caretaker.due;
  }

  start(): void {
    if (this.isRunning) return;
    this.isRunning = true;
    this.state.watch(() => {
      if (this.state.failure !== null) this.plan();
    });
    this.connection.attach(this);
    this.plan();
  }

  /** Stops for good. */
  stop(): void {
    this.isStopped = true;
    this.leaveRelay();
    this.decisions.stop({ kind: "closed" });
    this.waiting.look();
  }

  /** There is nothing more to ask the relay for. */
  private leaveRelay(): void {
    if (!this.isRunning) return;
    this.isRunning = false;
    this.mount([]);
    this.state.tell({ type: "changed" });
    this.connection.detach(this);
    if (this.state.phase.is === "out") this.decisions.stop({ kind: "not_member" });
  }

  online(): void {
    this.state.tell({ type: "changed" });
    this.plan();
  }

  offline(): void {
    for (const worker of this.mounted) worker.offline();
    this.state.tell({ type: "changed" });
    this.plan();
  }

  late(): void {
    this.state.tell({ type: "changed" });
    this.plan();
  }

  push(push: Push): void {
    if (push.type === "records") this.sync.push(push.items, push.receipt);
    else if (push.type === "lagged") this.sync.lagged();
    else if (push.type === "requestsChanged") this.requests.changed();
  }

  /** Has every part look soon, once for all that changes now. */
  plan(): void {
    if (this.isPlanned) return;
    this.isPlanned = true;
    queueMicrotask(() => {
      this.isPlanned = false;
      this.advance();
    });
  }

  private advance(): void {
    const { phase, failure, meta } = this.state;
    this.followRelay(meta.relay);
    if (phase.is === "out") this.leaveRelay();
    this.mount(this.isRunning && failure === null ? this.workersOf(phase) : []);
    for (const worker of this.mounted) worker.advance();
    // Nothing will come of what was asked: people who wait are told now, not when their time is up.
    if (failure !== null) this.decisions.stop({ kind: "closed" });
    this.waiting.look();
  }

  /** Goes on where the room is. */
  private followRelay(address: string): void {
    const key = this.state.room?.roster.relay.publicKey ?? null;
    const isOther = key !== null && this.relayKey !== null && !equalBytes(key, this.relayKey);
    // RULE: move.same-address: what a relay said that was not the room's yet counts for nothing once it is (attack A139).
    if (isOther && this.connection.isAt(address)) this.connection.renew();
    else this.connection.follow(address);
    this.relayKey = key;
  }

  private mount(workers: readonly Worker[]): void {
    const before = this.mounted;
    this.mounted = workers;
    for (const worker of before) if (!workers.includes(worker)) worker.unmount();
    for (const worker of workers) if (!before.includes(worker)) worker.mount();
  }
}
