import type { Result } from "@conclave/codec";
import type { OutgoingMessage, Rejection } from "@conclave/protocol";
import type { RelayError } from "@conclave/wire";
import type { EncodedAppend, QueuedContent, QueuedMessage } from "../store/outbox.js";
import type { Problem } from "../api/problem.js";
import type { Sync } from "./sync.js";
import type { Transaction } from "../store/transaction.js";
import { type Job, type RoomWork, Worker } from "./worker.js";
import type { WriteProof } from "./writeProof.js";

const WINDOW = 64;
/** So many refusals in a row, with growing pauses between them, and new keys tried at every third. */
const STUCK_AFTER = 5;
const PASSING: ReadonlySet<RelayError> = new Set<RelayError>(["rate_limited", "shutting_down", "room_recovering"]);

/**
 * Sends what is in the outbox, in order. A message is encrypted when it can be sent, and stored so before it is; it stays
 * in the outbox until the log shows it. What the relay refuses as stale is encrypted again, under the same id, once the
 * log has been read: then it is certain that the old ciphertext is not in it and never will be.
 */
export class MessageSender extends Worker {
  /** Which entries were sent, and on which connection: those are not sent again on it. */
  private readonly sent = new Map<number, { readonly connection: number; readonly append: EncodedAppend }>();
  private denied = 0;
  private refusals = 0;
  private refused: Problem | null = null;

  constructor(
    work: RoomWork,
    private readonly sync: Sync,
    private readonly proof: WriteProof,
    /** The relay takes no messages of ours in this epoch: only new keys help. */
    private readonly lockedOut: () => void,
  ) {
    super(work);
  }

  /** What the relay said last to what we sent; null while it takes it. */
  get refusal(): Problem | null {
    return this.refused;
  }

  /** The same once it was said so often that waiting is no remedy. */
  get stuck(): Problem | null {
    return this.refusals >= STUCK_AFTER ? this.refused : null;
  }

  override offline(): void {
    super.offline();
    this.denied = 0;
    this.accepted();
  }

  private accepted(): void {
    this.refusals = 0;
    this.refused = null;
  }

  /** Puts a message into the outbox, encrypted when it can go now. */
  add(tx: Transaction, content: QueuedContent, time: number): QueuedMessage {
    // What is before it is encrypted first: where the newest is for this epoch, all are.
    const newest = this.state.outbox.all.at(-1);
    const isNext = newest === undefined || this.isCurrent(newest);
    const entry = this.state.outbox.add(tx, content, time);
    return (this.sync.canSend && isNext && this.seal(tx, entry)) || entry;
  }

  /** Puts in a message that the room has made and encrypted. */
  addSealed(tx: Transaction, { message, nonce, append, delta }: OutgoingMessage): QueuedMessage {
    this.state.apply(tx, delta);
    return this.state.outbox.add(tx, { ...message, nonce }, message.time, { message, append });
  }

  protected next(): Job | null {
    if (!this.sync.canSend) return null;
    const entries = this.state.outbox.all.slice(0, WINDOW);
    for (const order of this.sent.keys()) if (!entries.some((entry) => entry.order === order)) this.sent.delete(order);
    // What is being stored just now comes when that is done, and what is after it comes after it.
    const unstored = entries.findIndex((entry) => !this.state.outbox.isStored(entry));
    const stored = unstored < 0 ? entries : entries.slice(0, unstored);
    const old = stored.findIndex((entry) => !this.isCurrent(entry));
    const ready = (old < 0 ? stored : stored.slice(0, old)).filter((entry) => !this.isSent(entry));
    if (ready.length > 0) return () => this.sendAll(ready);
    return old < 0 ? null : () => this.sealAll();
  }

  /** Encrypts all that needs it, in one transaction. */
  private async sealAll(): Promise<void> {
    const sealed = await this.state.transact((tx) => {
      if (!this.sync.canSend) return false;
      const entries = this.state.outbox.all.slice(0, WINDOW).filter((entry) => !this.isCurrent(entry));
      for (const entry of entries) if (!this.seal(tx, entry)) return false;
      return true;
    });
    if (!sealed.ok || !sealed.value) this.retry.later();
  }

  /** Encrypts one entry; null when the room does not let us now. */
  private seal(tx: Transaction, entry: QueuedMessage): QueuedMessage | null {
    const { room } = this.state;
    if (!room) return null;
    const { content, time } = entry;
    const outcome: Result<OutgoingMessage, Rejection> = entry.sealed
      ? room.resend({ ...content, time })
      : room.say(content, time);
    if (!outcome.ok) return null;
    const { message, append, delta } = outcome.value;
    this.state.apply(tx, delta);
    return this.state.outbox.seal(tx, entry, { message, append });
  }

  /**
   * Whether the relay may still take this ciphertext. RULE: client.reseal-after-log: only a ciphertext that cannot get into the
   * log any more is replaced by another: one that was made before a commit that we have read (docs/protocol.md §6).
   */
  private isCurrent(entry: QueuedMessage): boolean {
    return entry.sealed !== null && entry.sealed.append.lastCommit === this.state.room?.lastCommit;
  }

  /** On this connection, and as it is encrypted now. */
  private isSent({ order, sealed }: QueuedMessage): boolean {
    const sent = this.sent.get(order);
    return sent?.connection === this.connection.number && sent.append === sealed?.append;
  }

  /** Sends them all, in order, without waiting for the answers. */
  private sendAll(entries: readonly QueuedMessage[]): void {
    for (const entry of entries) void this.guard(() => this.send(entry));
  }

  private async send(entry: QueuedMessage): Promise<void> {
    const { number } = this.connection;
    const { append } = entry.sealed!;
    this.sent.set(entry.order, { connection: number, append });
    this.proof.give();
    const answer = await this.connection.append(append.bytes);
    if (answer.type === "lost" || number !== this.connection.number) return;
    if (answer.type === "appended") {
      this.retry.reset();
      this.denied = 0;
      this.accepted();
      return;
    }
    this.sent.delete(entry.order);
    if (answer.position) this.sync.reach(answer.position.n);
    if (answer.error === "write_denied" && ++this.denied % 3 === 0) this.lockedOut();
    // RULE: client.stale-is-unread: what was on its way when somebody's commit came is refused message by message, before we have
    // read that commit: no refusal of what we say, however many they are.
    const isStale = answer.error === "stale_epoch";
    const isUnread = isStale && (answer.position?.lastCommit ?? 0) > (this.state.room?.lastCommit ?? Infinity);
    if (!isUnread && (!isStale || append.lastCommit === this.state.room?.lastCommit)) {
      const { error, retryAfter } = answer;
      this.refused = { kind: "relay", error, retryAfter };
      // A busy relay is waited for; new keys may help a device that is locked out.
      if (!PASSING.has(error)) this.refusals++;
      this.plan();
      if (!this.retry.isWaiting && this.sync.isLive) this.retry.later(answer.retryAfter);
    }
  }
}
