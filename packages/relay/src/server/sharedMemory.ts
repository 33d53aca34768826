import { MemoryStore } from "../store/memory/memoryStore.js";
import type { ReadSet } from "../store/readSet.js";
import type { SharedStore, Unit } from "../store/sharedStore.js";

/** A unit on a {@link SharedMemory}. */
export interface MemoryUnit extends Unit {
  readonly ledger: MemoryStore;
}

/**
 * For tests: a store in memory that several cores share, each waiting for the others. `onLoad` and `onCommit` can reject, as a store
 * that is away does.
 */
export class SharedMemory implements SharedStore<MemoryUnit> {
  time = 1_700_000_000_000;
  content = new MemoryStore();
  /** Called before anything is loaded. */
  onLoad: (reads: ReadSet) => Promise<void> = () => Promise.resolve();
  /** Commits, or not: a store that is away may have done either. */
  onCommit: (commit: () => void) => Promise<void> = (commit) => {
    commit();
    return Promise.resolve();
  };
  private turn: Promise<void> = Promise.resolve();
  private end: () => void = () => undefined;

  async load(reads: ReadSet): Promise<MemoryUnit> {
    await this.onLoad(reads);
    const { turn } = this;
    let end: () => void = () => undefined;
    this.turn = new Promise((resolve) => (end = resolve));
    await turn;
    this.end = end;
    return { ledger: this.content.copy(), time: this.time };
  }

  async commit({ ledger }: MemoryUnit): Promise<void> {
    try {
      await this.onCommit(() => (this.content = ledger));
    } finally {
      this.end();
    }
  }

  async abandon(): Promise<void> {
    this.end();
    return Promise.resolve();
  }

  async close(): Promise<void> {
    return Promise.resolve();
  }
}
