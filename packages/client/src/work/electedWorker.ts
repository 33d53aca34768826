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

/** Does what others could do as well: those who are there do it one after another, each after a wait of its own. */
export abstract class ElectedWorker extends Worker {
  private planned = "";
  private hurries = 0;

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
  }

  protected next(): Job | null {
    if (!this.sync.canSend) return null;
    const chore = this.chore();
    const key = chore?.key ?? "";
    if (key !== this.planned) {
      this.planned = key;
      this.retry.stop();
      if (chore && !this.isHurried) this.retry.in(chore.wait());
    }
    return chore && (() => this.carryOut(chore));
  }

  private async carryOut({ job }: Chore): Promise<void> {
    if (await job()) {
      this.planned = "";
      this.retry.reset();
    } else if (!this.retry.isWaiting) this.retry.later();
  }
}
