import type { Keys, PublicKeys } from "./keys.js";
import type { List } from "./list.js";
import type { Line } from "./post.js";

/** The member who decides, in every construction. */
export const OWNER = 0;

/** What a member has read: who it came from, as the construction tells it, and the words. */
export interface Reading {
  readonly from: number;
  readonly text: string;
}

/** One member's machine. Each construction says what it does when it speaks, hears and decides. */
export abstract class Member {
  readonly read: Reading[] = [];
  /** What this machine would warn its person about. */
  readonly noticed: string[] = [];
  workMs = 0;

  constructor(
    readonly name: number,
    readonly keys: Keys,
    readonly owner: PublicKeys,
    public list: List,
    protected readonly line: Line,
  ) {
    line.onParcel = (from, bytes) => this.work(() => this.hear(from, bytes));
  }

  abstract say(text: string): void;
  abstract hear(from: number, bytes: Uint8Array): void;
  /** Lets somebody in. Throws if this member cannot decide that. */
  abstract letIn(name: number, keys: PublicKeys): void;
  /** Removes somebody. Throws if this member cannot decide that. */
  abstract putOut(name: number): void;

  /** Does it, and counts the time that it took on this machine. */
  work<T>(task: () => T): T {
    const before = performance.now();
    try {
      return task();
    } finally {
      this.workMs += performance.now() - before;
    }
  }

  leave(): void {
    this.line.close();
  }

  protected onlyOwner(): void {
    if (this.name !== OWNER) throw new NotAllowed();
  }
}

/** This member cannot decide that: nobody else would accept it. */
export class NotAllowed extends Error {
  constructor() {
    super("only the owner decides here");
  }
}
