import { failed, type Result } from "@conclave/codec";
import type { CommitRequest, JoinRequest } from "@conclave/protocol";
import type { DecisionProgress } from "../api/invitation.js";
import type { Problem } from "../api/problem.js";
import type { Clock } from "../ports/clock.js";

/** What is to be decided, and for whom. */
interface Wish {
  readonly wanted: CommitRequest;
  readonly request: JoinRequest | null;
  /** Propose it to the others where their agreement is missing. */
  readonly mayPropose: boolean;
  /** A person waits for it, and can be asked. */
  readonly isAsked: boolean;
  /** The room's newest entry when it was wanted. */
  readonly since: number;
}

/** A wish that somebody waits for. */
export interface Intent extends Wish {
  /** How often its commit lost a race. */
  losses: number;
  settle(result: Result<DecisionProgress, Problem>): void;
}

const UNTIL_LIVE_MS = 30_000;
const UNTIL_DONE_MS = 90_000;

/** What this device is to decide, in the order of the calls; one at a time has its turn. */
export class Intents {
  private readonly waiting: Intent[] = [];
  private turn: Intent | null = null;

  constructor(
    private readonly clock: Clock,
    /** What a person is told when their time is up. */
    private readonly whyLate: (intent: Intent) => Problem,
  ) {}

  /** The one whose turn it is. */
  get current(): Intent | null {
    return this.turn;
  }

  /** Nobody waits for anything. */
  get isEmpty(): boolean {
    return this.turn === null && this.waiting.length === 0;
  }

  /** Whether one of this type has its turn or waits for it. */
  has(type: CommitRequest["type"]): boolean {
    return this.turn?.wanted.type === type || this.waiting.some(({ wanted }) => wanted.type === type);
  }

  /** Resolves when it is settled, at the latest when its time is up. */
  add(wish: Wish): Promise<Result<DecisionProgress, Problem>> {
    return new Promise((resolve) => {
      const cancelDone = this.clock.setTimer(UNTIL_DONE_MS, () => {
        this.abandon(intent);
      });
      const cancelLive = this.clock.setTimer(UNTIL_LIVE_MS, () => {
        if (this.turn !== intent) this.abandon(intent);
      });
      const settle = (result: Result<DecisionProgress, Problem>) => {
        cancelDone();
        cancelLive();
        resolve(result);
      };
      const intent: Intent = { ...wish, losses: 0, settle };
      this.waiting.push(intent);
    });
  }

  /** The next one has its turn. Only while one waits, and none has it. */
  begin(): Intent {
    this.turn = this.waiting.shift()!;
    return this.turn;
  }

  /** The turn is over: the person who waits for it, if anybody still does, is told `result`. */
  settle(result: Result<DecisionProgress, Problem>): void {
    this.turn?.settle(result);
    this.turn = null;
  }

  /** The turn is over without a result: the same is next again. */
  putBack(): void {
    if (this.turn) this.waiting.unshift(this.turn);
    this.turn = null;
  }

  /** Nobody waits for it any more. */
  abandon(intent: Intent): void {
    const problem = this.whyLate(intent);
    const at = this.waiting.indexOf(intent);
    if (at >= 0) this.waiting.splice(at, 1);
    if (this.turn === intent) this.turn = null;
    intent.settle(failed(problem));
  }

  /** Nothing will be decided any more. */
  stop(problem: Problem): void {
    const all = this.turn ? [this.turn, ...this.waiting] : [...this.waiting];
    this.turn = null;
    this.waiting.length = 0;
    for (const intent of all) intent.settle(failed(problem));
  }
}
