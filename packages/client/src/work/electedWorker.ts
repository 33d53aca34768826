import type { Answer, RequestBody } from "../relay/answer.js";
import type { Sync } from "./sync.js";
import { type Job, type RoomWork, Worker } from "./worker.js";

/** Work that several devices could do. */
export interface Chore {
  /** Another chore, or the same after the room has changed, has another key, and waits from the start again. */
  readonly key: string;
  /** How long to leave it to others first (ms). */
  readonly wait: () => number;
  /** Resolves with false when it has to be tried again later. */
  readonly job: () => Promise<boolean>;
}

/** A relay that asks for more is asked again all the same (ms). */
const LONGEST_ASKED_MS = 10 * 60_000;

/** Does what others could do as well: those who are there do it one after another, each after a wait of its own. */
export abstract class ElectedWorker extends Worker {
  private planned = "";
  private hurries = 0;
  /** Nothing is tried before this time, as the relay asked (ms). */
  private notUntil = 0;

  constructor(
    work: RoomWork,
    protected readonly sync: Sync,
  ) {
    super(work);
  }

  /** The chore that is due, null for none. */
  protected abstract chore(): Chore | null;

  /** Waits for nobody else, as this process may end soon, until what it returns is called. */
  hurry(): () => void {
    this.hurries++;
    this.planned = "";
    this.advance();
    return () => {
      this.hurries--;
    };
  }

  protected get isHurried(): boolean {
    return this.hurries > 0;
  }

  override offline(): void {
    super.offline();
    this.planned = "";
    this.notUntil = 0;
  }

  /** Whether a chore can be done now. */
  protected get isReady(): boolean {
    return this.sync.canSend;
  }

  /** Asks the room's relay. RULE: client.asked-to-wait: a relay that asks for a wait is left in peace for so long, whatever was asked. */
  protected async ask<T extends RequestBody["type"]>(body: Extract<RequestBody, { type: T }>): Promise<Answer<T>> {
    const answer = await this.connection.request<T>(body);
    if (answer.type === "error") this.notBefore(answer.retryAfter);
    return answer;
  }

  /** Nothing more is tried for so many ms. */
  protected notBefore(wait: number): void {
    this.notUntil = Math.max(this.notUntil, this.state.now() + wait);
  }

  protected next(): Job | null {
    if (!this.isReady) return null;
    const chore = this.chore();
    const key = chore?.key ?? "";
    if (key !== this.planned) {
      this.planned = key;
      this.retry.stop();
      const wait = chore && Math.max(this.isHurried ? 0 : chore.wait(), this.untilAsked);
      if (wait !== null && (wait > 0 || !this.isHurried)) this.retry.in(wait);
    }
    return chore && (() => this.carryOut(chore));
  }

  private get untilAsked(): number {
    return Math.max(0, Math.min(LONGEST_ASKED_MS, this.notUntil - this.state.now()));
  }

  private async carryOut({ job }: Chore): Promise<void> {
    if (await job()) {
      this.planned = "";
      this.retry.reset();
    } else if (!this.retry.isWaiting) this.retry.later(this.untilAsked);
  }
}
