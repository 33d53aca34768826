import type { Storage, Write } from "../ports/storage.js";

/**
 * What one turn of the client changes. Its writes are stored in one commit; only when they are durable do its effects
 * happen (frames to the relay, events for screens, answers to callers).
 *
 * RULE: client.store-first: nothing leaves before the state that made it is durable, or a crash would use a ratchet key
 * twice, or forget what it promised (docs/protocol.md §9, attacks A64, A66).
 */
export class Turn {
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

/**
 * Runs turns one after another.
 *
 * RULE: client.fail-closed: when a turn throws or the storage fails, memory and disk may differ: the queue stops for good,
 * all later turns reject, and whoever owns it must begin again from the storage (docs/protocol.md §1, P6).
 */
export class TurnQueue {
  private last: Promise<unknown> = Promise.resolve();
  private failure: Error | null = null;
  private open = 0;
  private waiting: (() => void)[] = [];

  constructor(
    private readonly storage: Storage,
    private readonly failed: (error: Error) => void,
  ) {}

  /** Queues a turn. Resolves with its result after its writes are durable and its effects have run. */
  run<T>(work: (turn: Turn) => T | Promise<T>): Promise<T> {
    this.open++;
    const result = this.last
      .then(() => this.perform(work))
      .finally(() => {
        this.open--;
        if (this.open === 0) for (const resolve of this.waiting.splice(0)) resolve();
      });
    this.last = result.catch(() => undefined);
    return result;
  }

  /** Resolves when no turn is running or waiting. */
  idle(): Promise<void> {
    return this.open === 0 ? Promise.resolve() : new Promise((resolve) => this.waiting.push(resolve));
  }

  private async perform<T>(work: (turn: Turn) => T | Promise<T>): Promise<T> {
    if (this.failure) throw this.failure;
    const turn = new Turn();
    try {
      const result = await work(turn);
      if (turn.writes.length > 0) await this.storage.commit(turn.writes);
      for (const effect of turn.effects) effect();
      return result;
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error("a turn failed", { cause: error });
      this.failed(this.failure);
      throw this.failure;
    }
  }
}
