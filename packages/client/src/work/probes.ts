import { toHex } from "@conclave/codec";
import { newMessageNonce, ProtocolKind, type RoomEvent, type Roster } from "@conclave/protocol";
import { FRESH_MS, vouchersIn } from "../timeline/freshness.js";
import { queuedContent } from "../store/outbox.js";
import { fraction } from "./retryTimer.js";
import type { MessageSender } from "./sender.js";
import type { Sync } from "./sync.js";
import { type Job, type RoomWork, Worker } from "./worker.js";

/** For so long after a call the room counts as being before somebody's eyes (ms). */
const LOOKING_MS = 2 * 60_000;
/** A list that was confirmed longer ago is asked about: soon enough for the answer to come while it is still fresh (ms). */
export const ASK_AFTER_MS = FRESH_MS - 60_000;
/** Of all who look the first asks, within this time (ms). */
export const SPREAD_MS = 10_000;
/** A device asks for its person at most once in this time (ms). */
const OWN_MS = 60_000;

/**
 * Asks those whose word about the list counts to say something (docs/protocol.md §8): while somebody looks at the room, and when
 * they want to know.
 *
 * RULE: freshness.on-demand: nothing is asked for in a room that nobody looks at, nor by two when one has asked: it costs a room of
 * a thousand what it costs one of ten.
 */
export class Probes extends Worker {
  private lookingUntil = 0;
  /** When the newest probe came, whoever sent it. */
  private probedAt = Number.NEGATIVE_INFINITY;
  /** When the newest of our own was sent. */
  private sentAt = Number.NEGATIVE_INFINITY;
  /** Who spoke since, by hexadecimal id. */
  private readonly spoke = new Set<string>();
  /** When this device asked last for its person. */
  private askedAt = Number.NEGATIVE_INFINITY;
  private isWanted = false;
  /** What is planned: for which list, and when. */
  private plannedFor = 0;
  private plannedAt = 0;

  constructor(
    work: RoomWork,
    private readonly sync: Sync,
    private readonly sender: MessageSender,
  ) {
    super(work);
  }

  /** Somebody has the room before their eyes. */
  looking(): void {
    this.lookingUntil = this.state.now() + LOOKING_MS;
    this.advance();
  }

  /** Asks for the person who wants to know; gives when it was asked: answers since then count. */
  ask(): number {
    const now = this.state.now();
    if (now - this.askedAt < OWN_MS && now >= this.askedAt) return this.askedAt;
    this.askedAt = now;
    this.isWanted = true;
    this.retry.stop();
    this.plan();
    return now;
  }

  heard(event: RoomEvent): void {
    // RULE: freshness.late-question: what is asked in an older epoch is not answered, so it keeps nobody from asking (attack A121).
    if (event.type === "message" && event.message.kind === ProtocolKind.probe && !event.message.late)
      this.probedAt = this.state.now();
    if (event.type === "sign") this.spoke.add(toHex(event.sign.person));
  }

  override offline(): void {
    super.offline();
    this.plannedAt = 0;
  }

  protected next(): Job | null {
    if (!this.sync.canSend) return null;
    if (this.isWanted) return () => this.send();
    const now = this.state.now();
    const due = this.due(now);
    if (due === null) {
      this.plannedAt = 0;
      this.retry.stop();
      return null;
    }
    if (due !== this.plannedFor || this.plannedAt === 0) {
      this.plannedFor = due;
      this.plannedAt = Math.max(due, now) + this.pause();
    }
    if (now >= this.plannedAt) return () => this.send();
    this.retry.in(this.plannedAt - now);
    return null;
  }

  /** From when on it is to be asked; null while nobody looks. */
  private due(now: number): number | null {
    const { freshness, signs } = this.state;
    if (now >= this.lookingUntil || !freshness.needed) return null;
    const since = freshness.cover()?.since ?? Number.NEGATIVE_INFINITY;
    // What somebody answers others dates nothing here before their clock was held against ours: that takes a question of our own.
    const isUndated = vouchersIn(this.roster).some((person) => this.spoke.has(toHex(person)) && !signs.isDated(person));
    const asked = isUndated ? this.sentAt : this.probedAt;
    return Math.max(since + ASK_AFTER_MS, asked + ASK_AFTER_MS, 0);
  }

  /** How long to leave it to others first. */
  private pause(): number {
    return pauseAmong(this.roster.members.size, SPREAD_MS, fraction(this.state.ports));
  }

  /** Who can send is in a room. */
  private get roster(): Roster {
    return this.state.room!.roster;
  }

  private async send(): Promise<void> {
    this.isWanted = false;
    this.plannedAt = 0;
    this.probedAt = this.sentAt = this.state.now();
    this.spoke.clear();
    const { ports, person } = this.state;
    const said = { kind: ProtocolKind.probe, ref: null, body: new Uint8Array(0), nonce: newMessageNonce(ports.random) };
    await this.state.transact((tx) => {
      this.sender.add(tx, queuedContent(ports.crypto, person, said), this.state.now());
    });
  }
}

/**
 * A pause of at most `longest` ms before one of so many does what one of them has to: few draw a short one, so that one or two do it
 * and the rest hear of it (the truncated exponential backoff of RFC 5740, section 3.2.2.1). `drawn`: from 0 to below 1.
 */
export function pauseAmong(people: number, longest: number, drawn: number): number {
  const steep = Math.log(Math.max(2, people)) + 1;
  return (longest / steep) * Math.log(drawn * (Math.exp(steep) - 1) + 1);
}
