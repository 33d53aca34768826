import { done, failed, type Result } from "@conclave/codec";
import type { RelayError, RoomTag } from "@conclave/wire";
import type { AnswerOf, LostAnswer, RequestBody } from "../relay/answer.js";
import type { RoomRelay } from "../relay/roomRelay.js";
import { atFormerRelay } from "../work/formerRelay.js";
import type { RoomState } from "../work/roomState.js";
import type { Sync } from "../work/sync.js";
import type { Waiting } from "../work/waiting.js";
import type { WriteProof } from "../work/writeProof.js";
import type { Problem } from "../api/problem.js";
import type { CancelSignal } from "../api/fileTransfer.js";

type BlobType = "beginBlob" | "writeBlob" | "readBlob" | "dropBlob";
type BlobBody<T extends BlobType> = Extract<RequestBody, { type: T }>;

/** An answer that says: not now. */
interface NotNow {
  readonly type: "notNow";
  /** Ms to wait. */
  readonly wait: number;
}

const LOOK_MS = 60_000;
const MIN_WAIT_MS = 250;
/** How often a relay may say that we are no member while we believe that we are: our proof may come too late a few times. */
const MOST_DENIALS = 20;
/** How often the relay is asked again, each quarter of a second, by somebody whom it does not know as a member yet. */
const MOST_PROBATIONS = 80;

/** Asks the relay about blobs of one room, as a member, and with patience: through lost connections, new epochs and busy times. */
export class BlobLink {
  constructor(
    private readonly state: RoomState,
    private readonly connection: RoomRelay,
    private readonly sync: Sync,
    private readonly proof: WriteProof,
    private readonly waiting: Waiting,
    private readonly isStopped: () => boolean,
  ) {}

  get roomTag(): RoomTag {
    return this.state.meta.roomTag;
  }

  /** Whether files can be read now: also while an alarm pauses the room. */
  get canRead(): boolean {
    return this.sync.canAsk;
  }

  /** Whether anything of a file can be sent now. */
  get canSend(): boolean {
    return this.sync.canSend;
  }

  private isReady(type: BlobType): boolean {
    return type === "readBlob" ? this.canRead : this.canSend;
  }

  /** Asks until there is an answer, or a problem that asking again does not cure. */
  async ask<T extends BlobType>(body: BlobBody<T>, cancel: CancelSignal): Promise<Result<AnswerOf[T], Problem>> {
    for (let denials = 0, probations = 0; ;) {
      const ready = await this.ready(typeOf(body), cancel);
      if (!ready.ok) return ready;
      const answer = await this.once<T>(body);
      if (answer.type === "problem") {
        // Who has just joined is let by the relay as soon as members have seen it.
        const isPassing =
          (answer.error === "on_probation" && ++probations <= MOST_PROBATIONS) ||
          (answer.error === "write_denied" && ++denials <= MOST_DENIALS);
        if (!isPassing) return failed(relayProblem(answer.error));
      } else if (answer.type !== "lost" && answer.type !== "notNow") return done(answer);
      const paused = await this.pause(answer.type === "notNow" ? answer.wait : MIN_WAIT_MS, cancel);
      if (!paused.ok) return paused;
    }
  }

  /** Asks once, where that may be asked now. What was asked before on this connection is carried out before it. */
  async once<T extends BlobType>(
    body: BlobBody<T>,
  ): Promise<AnswerOf[T] | LostAnswer | NotNow | { readonly type: "problem"; readonly error: RelayError }> {
    // RULE: client.pause-holds: an upload stops when an alarm pauses the room, also in the middle of a file.
    if (!this.isReady(typeOf(body))) return { type: "notNow", wait: MIN_WAIT_MS };
    this.proof.give();
    const answer = await this.connection.request<T>(body);
    if (answer.type !== "error") return answer;
    const { error, retryAfter } = answer;
    const before = error === "blob_unknown" ? await this.atFormer<T>(body) : null;
    if (before !== null) return before;
    const isLater = error === "rate_limited" || error === "shutting_down";
    return isLater ? { type: "notNow", wait: Math.max(MIN_WAIT_MS, retryAfter) } : { type: "problem", error };
  }

  /** A file from before the room moved is where it was, for as long as that relay has it; null where it is not there either. */
  private async atFormer<T extends BlobType>(body: BlobBody<T>): Promise<AnswerOf[T] | null> {
    if (typeOf(body) !== "readBlob") return null;
    const answer = await atFormerRelay(this.state, this.connection.find, (relay) => relay.request<T>(body));
    return answer.ok && answer.value.type !== "error" && answer.value.type !== "lost" ? answer.value : null;
  }

  /** Resolves when the relay can be asked that. */
  private async ready(type: BlobType, cancel: CancelSignal): Promise<Result<void, Problem>> {
    for (;;) {
      const ready = await this.until(() => this.isReady(type), LOOK_MS, cancel);
      if (!ready.ok) {
        if (ready.error.kind === "unreachable") continue;
        return ready;
      }
      return ready;
    }
  }

  /** Resolves after that many ms. */
  async pause(ms: number, cancel: CancelSignal): Promise<Result<void, Problem>> {
    const paused = await this.until(() => false, ms, cancel);
    return !paused.ok && paused.error.kind === "unreachable" ? done(undefined) : paused;
  }

  private async until(isSo: () => boolean, timeout: number, cancel: CancelSignal): Promise<Result<void, Problem>> {
    const look = () => {
      this.waiting.look();
    };
    cancel.addEventListener("abort", look);
    const result = await this.waiting.until(() => this.over(cancel) ?? isSo(), timeout);
    cancel.removeEventListener("abort", look);
    return result;
  }

  /** Why nothing more can be asked; null while it can. */
  private over(cancel: CancelSignal): Problem | null {
    if (cancel.aborted) return { kind: "cancelled" };
    if (this.isStopped() || this.state.failure !== null) return { kind: "closed" };
    const { is } = this.state.phase;
    return is === "out" || is === "restored" ? { kind: "not_member" } : null;
  }
}

function typeOf<T extends BlobType>(body: BlobBody<T>): BlobType {
  return (body as { readonly type: BlobType }).type;
}

/** What a transfer that nobody can end has instead of a signal. */
export const NEVER: CancelSignal = {
  aborted: false,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
};

export function relayProblem(error: RelayError): Problem {
  return { kind: "relay", error, retryAfter: 0 };
}
