import type { RoomRelay } from "../relay/roomRelay.js";
import { RetryTimer } from "./retryTimer.js";
import type { RoomState } from "./roomState.js";

/** What every worker of a room works on. */
export interface RoomWork {
  readonly state: RoomState;
  readonly connection: RoomRelay;
  /** Has every worker look soon, once for all that changes now. */
  plan(): void;
}

export type Job = () => Promise<void> | void;

/**
 * Does one kind of work in a room, one job at a time: whenever something has changed it looks for the next job. So nothing is
 * lost by a crash, a lost answer or a new connection: it is found to be still undone. It works only while it is mounted: that
 * is, in the phases that need it ({@link RoomEngine}).
 */
export abstract class Worker {
  protected readonly state: RoomState;
  protected readonly connection: RoomRelay;
  /** No job begins while this waits. */
  protected readonly retry: RetryTimer;
  private isMounted = false;
  private isWorking = false;

  constructor(private readonly work: RoomWork) {
    this.state = work.state;
    this.connection = work.connection;
    this.retry = new RetryTimer(work.state.ports, () => {
      this.advance();
    });
  }

  /** Whether a job can be done at all: with a connection, unless it says otherwise. */
  protected get canWork(): boolean {
    return this.connection.welcome !== null;
  }

  /** The next job, null for none. Asked often, and only with a connection. */
  protected abstract next(): Job | null;

  /** Whether a job is being done. */
  get isBusy(): boolean {
    return this.isWorking;
  }

  mount(): void {
    this.isMounted = true;
  }

  unmount(): void {
    this.isMounted = false;
    this.offline();
  }

  /** The connection is gone. */
  offline(): void {
    this.retry.stop();
  }

  /** Begins the next job, where there is one and nothing is being done or waited for. */
  advance(): void {
    if (!this.isMounted || this.isWorking || this.state.failure !== null || !this.canWork) return;
    const job = this.next();
    if (job && !this.retry.isWaiting) void this.perform(job);
  }

  /** Has all workers look: something has changed. */
  protected plan(): void {
    this.work.plan();
  }

  /**
   * Does something beside the loop, with the same care. RULE: client.worker-fails-closed: an exception in a job stops the room,
   * and the room says so: it neither hangs in silence nor goes on with what may be half done (docs/protocol.md §1, P6).
   */
  protected async guard(job: Job): Promise<void> {
    try {
      await job();
    } catch (error) {
      this.state.fail(error);
    }
  }

  private async perform(job: Job): Promise<void> {
    this.isWorking = true;
    await this.guard(job);
    this.isWorking = false;
    this.plan();
  }
}
