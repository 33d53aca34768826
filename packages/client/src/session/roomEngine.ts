import type { DeviceIdentity } from "@conclave/protocol";
import type { Push } from "@conclave/wire";
import { AskedJoin } from "../joining/askedJoin.js";
import { DirectJoin } from "../joining/directJoin.js";
import { BlobLink } from "../attachment/blobLink.js";
import { Uploads } from "../attachment/uploads.js";
import type { ConnectionUser, RelayConnection } from "../relay/relayConnection.js";
import type { Problem } from "../view/problem.js";
import { isGone } from "../view/status.js";
import { Caretaker } from "./caretaker.js";
import { Decisions } from "./decisions.js";
import { FoundingRoom } from "./founding.js";
import { JoinRequests } from "./joinRequests.js";
import { keepNoted } from "./receiving.js";
import type { ReturnKeeper } from "./returnKeeper.js";
import type { RoomState } from "./roomState.js";
import { Sender } from "./sender.js";
import { SlotKeeper } from "./slotKeeper.js";
import { Sync } from "./sync.js";
import { Waiting } from "./waiting.js";
import { WriteProof } from "./writeProof.js";

const UNTIL_SLOTS = 10_000;

/**
 * What drives one room: each part looks, whenever something has changed, whether there is something for it to do, and
 * does that. So nothing is lost by a crash, a lost answer or a new connection: it is found to be still undone.
 */
export class RoomEngine implements ConnectionUser {
  readonly topic: Uint8Array;
  readonly sync: Sync;
  readonly sender: Sender;
  readonly decisions: Decisions;
  readonly slots: SlotKeeper;
  readonly requests: JoinRequests;
  readonly waiting: Waiting;
  readonly blobs: BlobLink;
  readonly uploads: Uploads;
  private readonly founding: FoundingRoom;
  private readonly direct: DirectJoin;
  private readonly asked: AskedJoin | null;
  private readonly caretaker: Caretaker;
  private isPlanned = false;
  private isRunning = false;
  private isStopped = false;

  constructor(
    readonly state: RoomState,
    readonly connection: RelayConnection,
    device: DeviceIdentity,
    asking: Uint8Array | null,
    readonly returns: ReturnKeeper,
  ) {
    const changed = () => {
      this.plan();
    };
    const proof = new WriteProof(state, connection);
    this.topic = state.meta.roomTag;
    this.waiting = new Waiting(state.ports);
    this.sync = new Sync(state, connection, changed);
    const lockedOut = () => {
      void this.lockedOut();
    };
    this.sender = new Sender(state, connection, this.sync, proof, changed, lockedOut);
    this.decisions = new Decisions(state, connection, this.sync, proof, this.sender, changed);
    this.slots = new SlotKeeper(state, connection, this.sync, proof, changed, lockedOut, () => returns.needsSlot);
    this.requests = new JoinRequests(state, connection, this.sync, proof, changed);
    this.blobs = new BlobLink(state, connection, this.sync, proof, this.waiting, () => this.isStopped);
    this.uploads = new Uploads(state, this.blobs, () => connection.number);
    this.caretaker = new Caretaker(state, this.sync, this.decisions, this.requests, returns, changed);
    this.founding = new FoundingRoom(state, connection, changed);
    this.direct = new DirectJoin(state, device, connection, this.sync, changed);
    this.asked = asking && new AskedJoin(state, asking, connection, this.sync, changed);
  }

  /** Why a founding or a join does not go on; null while it does. */
  get problem(): Problem | null {
    if (this.state.failure !== null) return { kind: "closed" };
    return this.founding.problem ?? this.direct.problem ?? this.asked?.problem ?? null;
  }

  /** Whether we have asked to be let in, and nobody has answered yet. */
  get isAsking(): boolean {
    return this.asked?.isWaiting === true;
  }

  /** Whether an answer to our request may be there that this device has not looked at. */
  get mayBeAnswered(): boolean {
    return this.state.meta.standing === "asking" && this.isRunning && this.asked?.hasLooked === false;
  }

  /** The relay takes nothing by our write key in this epoch: only new keys help, or none at all. */
  private async lockedOut(): Promise<void> {
    const isTold = await this.state.transact((tx) => {
      const noted = this.state.room?.noteRefusedKey() ?? null;
      if (noted) keepNoted(this.state, tx, noted);
      return noted !== null;
    });
    if (isTold.ok && !isTold.value && !this.decisions.has("rekey")) await this.decisions.decide({ type: "rekey" });
  }

  /**
   * Resolves when the slots of open invites fit the room as it is, or after a while: whoever changes the room leaves it
   * so that others can join, also when this process ends right after.
   */
  async settleSlots(): Promise<void> {
    void this.slots.refresh();
    await this.waiting.until(() => this.slots.isFresh || this.state.failure !== null, UNTIL_SLOTS);
  }

  /**
   * Does at once, without waiting for anybody else's turn, what is owed here: farewells, what enough people agreed to, new
   * keys for who joined, slots, the way back. Resolves when nothing more is, or cannot be done now, or after `timeout` ms.
   */
  async settle(timeout: number): Promise<void> {
    this.caretaker.hurry(true);
    this.slots.hurry(true);
    const isDone = () =>
      this.isStopped ||
      this.state.failure !== null ||
      !this.sync.isLive ||
      this.state.room?.status !== "active" ||
      (this.caretaker.isIdle && !this.decisions.isBusy && (this.slots.isFresh || this.state.room.paused.length > 0));
    await this.waiting.until(isDone, timeout);
    this.caretaker.hurry(false);
    this.slots.hurry(false);
  }

  /** How often this device made new keys for newcomers, and put slots in step with the room. */
  get rounds(): { readonly rekeys: number; readonly slots: number } {
    return { rekeys: this.caretaker.rekeys, slots: this.slots.rounds };
  }

  start(): void {
    if (this.isRunning) return;
    this.isRunning = true;
    this.state.watch(() => {
      if (this.state.failure !== null) this.plan();
    });
    this.connection.attach(this);
    if (this.asked) this.connection.attach(this.asked);
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
    this.offline();
    this.connection.detach(this);
    if (this.asked) this.connection.detach(this.asked);
    if (isGone(this.state.meta.standing)) this.decisions.stop({ kind: "not_member" });
  }

  online(): void {
    this.state.tell({ type: "changed" });
    this.plan();
  }

  offline(): void {
    const parts = [this.sync, this.sender, this.decisions, this.slots, this.caretaker, this.founding, this.direct];
    for (const part of parts) part.offline();
    this.asked?.offline();
    this.state.tell({ type: "changed" });
  }

  late(): void {
    this.state.tell({ type: "changed" });
  }

  push(push: Push): void {
    if (push.type === "records") this.sync.push(push.items);
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
    if (isGone(this.state.meta.standing)) this.leaveRelay();
    if (this.isRunning && this.state.failure === null) {
      this.founding.advance();
      this.direct.advance();
      this.asked?.advance();
      if (this.state.meta.standing !== "founding") this.sync.advance();
      this.decisions.advance();
      this.sender.advance();
      this.slots.advance();
      this.requests.advance();
      this.caretaker.advance();
      this.uploads.advance();
    }
    // Nothing will come of what was asked: whoever waits is told now, not when their time is over.
    if (this.state.failure !== null) this.decisions.advance();
    this.waiting.look();
  }
}
