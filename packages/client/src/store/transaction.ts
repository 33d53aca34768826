import type { Storage, Write } from "../ports/storage.js";

/**
 * What one transaction of the client changes. Its writes are stored in one commit; only when they are durable do its effects
 * happen (frames to the relay, events for screens, answers to callers).
 *
 * RULE: client.store-first: nothing leaves before the state that made it is durable, or a crash would use a ratchet key
 * twice, or forget what it promised (docs/protocol.md §9, attacks A64, A66).
 */
export class Transaction {
  readonly writes: Write[] = [];
  readonly effects: (() => void)[] = [];

  put(key: string, value: Uint8Array): void {
    this.writes.push({ put: key, value });
  }

  delete(key: string): void {
    this.writes.push({ delete: key });
  }

  /** Deletes every record whose key begins with `prefix`. */
  clear(prefix: string): void {
    this.writes.push({ clear: prefix });
  }

  /** Runs `effect` once the writes are durable, in the order of the calls. */
  after(effect: () => void): void {
    this.effects.push(effect);
  }
}

/** How many transactions that wait are stored in one commit. */
const GROUP = 64;

interface Job {
  readonly work: (tx: Transaction) => Promise<void>;
  readonly settle: () => void;
  readonly fail: (error: Error) => void;
}

/**
 * Runs transactions one after another. Those that wait while another is being stored are stored together, in one commit.
 *
 * RULE: client.fail-closed: when a transaction throws or the storage fails, memory and disk may differ: the queue stops for good,
 * all later transactions reject, and its owner must begin again from the storage (docs/protocol.md §1, P6).
 */
export class TransactionQueue {
  private jobs: Job[] = [];
  private isRunning = false;
  private failure: Error | null = null;
  private waiting: (() => void)[] = [];

  constructor(
    private readonly storage: Storage,
    private readonly failed: (error: Error) => void,
  ) {}

  /** Queues a transaction. Resolves with its result after its writes are durable and its effects have run. */
  run<T>(work: (tx: Transaction) => T | Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let done: () => void = () => undefined;
      this.jobs.push({
        work: async (tx) => {
          const result = await work(tx);
          done = () => {
            resolve(result);
          };
        },
        settle: () => {
          done();
        },
        fail: reject,
      });
      void this.drain();
    });
  }

  /** Stops the queue for good, unless an earlier failure has; gives the first one. */
  fail(error: unknown): Error {
    if (this.failure) return this.failure;
    this.failure = error instanceof Error ? error : new Error("something failed", { cause: error });
    this.failed(this.failure);
    return this.failure;
  }

  /** Resolves when no transaction is running or waiting. */
  idle(): Promise<void> {
    if (!this.isRunning) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private async drain(): Promise<void> {
    if (this.isRunning) return;
    this.isRunning = true;
    // What is asked for in the same moment goes into the same group.
    await Promise.resolve();
    while (this.jobs.length > 0) await this.perform(this.jobs.splice(0, GROUP));
    this.isRunning = false;
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  private async perform(jobs: readonly Job[]): Promise<void> {
    const transactions: Transaction[] = [];
    try {
      if (this.failure) throw this.failure;
      for (const { work } of jobs) {
        const tx = new Transaction();
        transactions.push(tx);
        await work(tx);
      }
      const writes = transactions.flatMap((tx) => tx.writes);
      if (writes.length > 0) await this.storage.commit(writes);
      for (const [at, job] of jobs.entries()) {
        for (const effect of transactions[at]!.effects) effect();
        job.settle();
      }
    } catch (error) {
      const failure = this.fail(error);
      for (const job of jobs) job.fail(failure);
    }
  }
}
