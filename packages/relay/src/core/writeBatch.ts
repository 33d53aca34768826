import { WriteRefused } from "@conclave/sqlite";
import type { RelayFrame, Request } from "@conclave/wire";
import type { Failure } from "@conclave/codec";
import type { Refusal } from "../ledger/refusal.js";
import type { Store } from "../store/store.js";
import type { RequestHandler } from "./requestHandler.js";
import type { SendQueue } from "./sendQueue.js";
import type { Session } from "./session.js";
import { EFFECT, type WriteGate } from "./writeGate.js";

/** A request of a batch, and whether it was carried out. */
export interface RequestStep {
  readonly session: Session;
  readonly request: Request;
  readonly challenge: Uint8Array;
  isDone: boolean;
}

/** What a batch has done so far, in order: kept until it is committed, in case the store refuses to. */
type Step = RequestStep | { readonly session: Session; readonly frame: RelayFrame };

/** What is written together: all of it is stored, or all of it is undone and answered as such. */
export class WriteBatch {
  private steps: Step[] = [];
  private isBegun = false;

  constructor(
    /** Null where each run has a ledger of its own, and is written by whoever gave it. */
    private readonly store: Store | null,
    private readonly gate: WriteGate,
    private readonly handler: RequestHandler,
    private readonly outbox: SendQueue,
  ) {}

  /** A request that is about to be carried out. */
  ask(session: Session, request: Request, challenge: Uint8Array): RequestStep {
    const step = { session, request, challenge, isDone: false };
    this.steps.push(step);
    return step;
  }

  /** Sends a frame whatever becomes of the batch. */
  reply(session: Session, frame: RelayFrame): void {
    this.steps.push({ session, frame });
    this.outbox.reply(session.connection, frame);
  }

  /** Begins to write, if that has not begun. */
  begin(): void {
    if (!this.isBegun) this.store?.begin();
    this.isBegun = true;
  }

  /** Makes everything so far durable. If the store refuses, it is undone. */
  commit(): void {
    if (this.isBegun) this.attempt(() => this.save());
    this.steps = [];
  }

  /** Does something that writes; null if the store refused, and the batch was undone. */
  attempt<T>(work: () => T, now = 0): T | null {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof WriteRefused)) throw error;
      this.undo(error, now);
      return null;
    }
  }

  /** For reads that also write: if nothing can be written, they do without. */
  canWrite(): boolean {
    if (this.gate.hasFailed) return false;
    try {
      this.begin();
      return true;
    } catch (error) {
      if (!(error instanceof WriteRefused)) throw error;
      this.gate.failed(error.reason);
      return false;
    }
  }

  /** Tries whether the store writes again. */
  tryWrite(): void {
    this.attempt(() => {
      this.begin();
      this.store?.saveSignedUntil(this.store.signedUntil());
      this.save();
    });
  }

  private save(): void {
    this.handler.save();
    this.isBegun = false;
    if (this.store === null) return;
    this.store.commit();
    this.handler.keep();
  }

  // RULE: relay.undone-is-refused: nothing of a batch that could not be stored is acknowledged, shown to others or signed. Requests
  // that write are refused; those that only read are answered from what is stored.
  private undo({ reason }: WriteRefused, now: number): void {
    this.gate.failed(reason);
    this.handler.undo();
    const { steps } = this;
    this.steps = [];
    const rest = this.outbox.undo();
    this.isBegun = false;
    for (const step of steps) {
      const { session } = step;
      if ("frame" in step) {
        this.reply(session, step.frame);
        continue;
      }
      if (session.closed) continue;
      const { request, challenge, isDone } = step;
      if (isDone) this.handler.giveBack(request, session);
      const answer =
        EFFECT[request.type] === "reads"
          ? this.handler.handle(request, session, challenge, now)
          : this.gate.refusal(request.type, now)!;
      this.reply(session, answer.ok ? answer.value : errorFrame(request.id, answer));
    }
    this.outbox.add(rest);
  }
}

/** A refusal as the answer to a request. */
export function errorFrame(id: number, { error }: Failure<Refusal>): RelayFrame {
  const { reason, retryAfter, position } = error;
  return { type: "error", id, error: reason, retryAfter: Math.min(retryAfter, 3_600_000), position };
}
