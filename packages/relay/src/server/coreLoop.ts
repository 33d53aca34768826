import type { SignatureCheck } from "@conclave/crypto";
import { RoomTag, type ClientFrame } from "@conclave/wire";
import type { CoreOutput } from "../core/output.js";
import type { RelayCore } from "../core/relayCore.js";
import {
  HandledCounter,
  LAG,
  MESSAGE,
  OPEN,
  packOutputs,
  type EventBatch,
  type OutputBatch,
  type ToCore,
} from "./batch.js";
import { FairQueue } from "./fairQueue.js";
import type { ProofThread, Verdicts } from "./proofThread.js";
import type { RoomCommand, RoomCommandAnswer, RoomCommandCall } from "./roomCommand.js";
import type { SharedGroups } from "./sharedGroups.js";

/** A group is committed after this many ms, even if more events are waiting. */
const MAX_GROUP_MS = 20;
/** With this many bytes to send, the group is committed and they go: answers do not pile up in this thread. */
const MAX_GROUP_BYTES = 8 * 1024 * 1024;
/** What is left of a sweep goes on after this many ms: who waits for an answer comes in between. */
const SWEEP_AGAIN_MS = 20;
/** Requests of one connection in a group. */
const MOST_IN_GROUP = 32;
/** The same where relays share a store: each group waits for it and for its disk, and a connection would get no further than that. */
const MOST_IN_SHARED_GROUP = 128;
/** After so many turns it looks whether more has come: whoever comes waits for no more of the others. */
const TURNS_BETWEEN_LOOKS = 16;
/** Proofs of one connection that are checked together: everybody else's wait for them. */
const PROOFS_AT_ONCE = 8;
interface Message {
  readonly bytes: Uint8Array;
  /** Null until its connection's first turn with it. */
  frames: readonly ClientFrame[] | null;
  /** The next of `frames`. */
  at: number;
  /** When it came to this process. */
  readonly since: number;
}

/** What a connection has waiting: a message, a room whose pushes it does not keep up with, or its end. */
type Piece = Message | { readonly lag: RoomTag } | "closed";

/** What the loop works with. */
export interface CoreLoopParts {
  readonly core: RelayCore;
  /** For a store that several relays share; null where the core has a store of its own. */
  readonly groups: ((release: (outputs: readonly CoreOutput[]) => void) => SharedGroups) | null;
  readonly proofs: Pick<ProofThread, "check">;
  readonly verdicts: Pick<Verdicts, "during">;
  /** What has been told to this thread since it was last asked; null if nothing. */
  readonly next: () => ToCore | null;
  readonly post: (batch: OutputBatch) => void;
  readonly answer: (answer: RoomCommandAnswer) => void;
  /** Carries out what the operator asks of a store that is shared; null where the core does. */
  readonly operate: ((command: RoomCommand) => Promise<RoomCommandAnswer["answer"]>) | null;
  /** Called after each commit. */
  readonly onCommit: () => void;
  /** There is nothing left to do. */
  readonly onStopped: () => void;
  /** Ms: `processTime`, by which batches of events are stamped. */
  readonly now: () => number;
}

/** Does what connections ask for, each in its turn, a group at a time: load, run, write, commit, release. */
export class CoreLoop {
  private readonly queue: FairQueue<Piece>;
  private readonly handled = new HandledCounter();
  private readonly groups: SharedGroups | null;
  private isPlanned = false;
  private isStopping = false;
  private isStopped = false;
  private sweeper: NodeJS.Timeout | undefined;

  constructor(private readonly parts: CoreLoopParts) {
    this.queue = new FairQueue(parts.groups === null ? MOST_IN_GROUP : MOST_IN_SHARED_GROUP);
    this.groups =
      parts.groups?.((outputs) => {
        this.release(outputs);
      }) ?? null;
  }

  /** Takes what this thread was told, and begins with it. */
  told(message: ToCore): void {
    // What is said after the end, such as that a connection is closed, is nobody's any more: the store is closed.
    if (this.isStopped) return;
    this.take(message);
    this.run();
  }

  /** Call it every second. */
  tick(): void {
    if (this.isStopped) return;
    clearTimeout(this.sweeper);
    const { core, now } = this.parts;
    // RULE: shared.away-excuses: who has waited for a store that is away is not closed for having said too little (attack A90).
    if (this.groups?.isAway === true) core.excuse(now());
    const isMore = core.tick(now());
    if (isMore)
      this.sweeper = setTimeout(() => {
        this.tick();
      }, SWEEP_AGAIN_MS);
    if (this.groups?.isHeldUp === true) this.run();
    else if (this.groups?.isBusy !== true) this.commit();
  }

  /** There may be something to do that nobody here asked for. */
  wake(): void {
    this.planRun();
  }

  private take(message: ToCore): void {
    if (message === "stop") this.isStopping = true;
    else if ("call" in message) this.operate(message);
    else this.collect(message);
  }

  private operate({ call, command }: RoomCommandCall): void {
    const { core, now, operate } = this.parts;
    if (operate !== null) {
      void operate(command).then((answer) => {
        this.parts.answer({ call, answer });
      });
      return;
    }
    const answer =
      command.do === "list"
        ? core.listRooms(command.after, command.limit)
        : core.deleteRoom(RoomTag.of(command.roomTag), now());
    this.parts.answer({ call, answer });
  }

  private collect({ events, data, addresses, at: since }: EventBatch): void {
    const now = this.parts.now();
    let offset = 0;
    let opened = 0;
    for (let at = 0; at < events.length; at += 3) {
      const [kind, connection, length] = [events[at]!, events[at + 1]!, events[at + 2]!];
      const bytes = data.subarray(offset, (offset += length));
      if (kind === OPEN) this.parts.core.open(connection, addresses[opened++]!, now);
      else if (kind === MESSAGE) this.queue.push(connection, { bytes, frames: null, at: 0, since });
      else if (kind === LAG) this.queue.push(connection, { lag: RoomTag.of(bytes.slice()) });
      else this.queue.push(connection, "closed");
    }
  }

  /** One group: what there is time for, each connection in its turn; then it is committed, and the rest waits for the next one. */
  private run(): void {
    const isHeldUp = this.groups?.isHeldUp === true;
    // Its end plans the next one.
    if (this.isStopped || (this.groups?.isBusy === true && !isHeldUp)) return;
    const { core, now } = this.parts;
    const { queue } = this;
    const until = now() + MAX_GROUP_MS;
    queue.nextGroup();
    for (let turns = 1; now() < until && this.groups?.isFull !== true; turns++) {
      if (turns % TURNS_BETWEEN_LOOKS === 0) this.drain();
      if (!queue.hasNext) this.drain();
      const next = queue.next();
      if (next === null) break;
      queue.done(next.connection, this.turn(next.connection, next.piece));
      if (this.groups === null && core.waitingBytes > MAX_GROUP_BYTES) this.commit();
    }
    this.commit();
    if (this.groups === null || (isHeldUp && !this.groups.isFull && queue.hasWork)) this.goOn();
  }

  private goOn(): void {
    if (this.queue.hasWork || this.groups?.isWaiting === true) this.planRun();
    else if (this.isStopping && this.queue.isEmpty) this.stop();
  }

  private drain(): void {
    for (let message = this.parts.next(); message !== null; message = this.parts.next()) this.take(message);
  }

  private planRun(): void {
    if (this.isPlanned) return;
    this.isPlanned = true;
    setImmediate(() => {
      this.isPlanned = false;
      this.run();
    });
  }

  /** Does one piece of a connection's work; false if there is more of the same. */
  private turn(connection: number, piece: Piece): boolean {
    const { core, now } = this.parts;
    if (piece === "closed") {
      core.close(connection);
      this.handled.ended(connection);
    } else if ("lag" in piece) core.lag(connection, piece.lag);
    else {
      const time = now();
      if (piece.frames === null) core.counts.waited(time - piece.since);
      piece.frames ??= core.read(connection, piece.bytes, time);
      if (this.prove(connection, piece, time)) return false;
      const frame = piece.frames[piece.at++];
      if (frame !== undefined && core.admit(connection, frame, time)) this.carryOut(connection, frame);
      if (piece.at < piece.frames.length) return false;
      this.handled.message(connection, piece.bytes.length);
    }
    return true;
  }

  private carryOut(connection: number, frame: ClientFrame): void {
    // A hello reads nothing, and what comes after it in a group is admitted by it.
    if (this.groups === null || frame.type === "hello") this.parts.core.carryOut(connection, frame, this.parts.now());
    else this.groups.add({ connection, frame, verdict: null });
  }

  /**
   * Has the other thread check the proofs that come next in a message: false if there are none. The connection is held until the
   * verdicts are there, and then its proofs are carried out.
   */
  private prove(connection: number, piece: Message, now: number): boolean {
    const { core, proofs } = this.parts;
    const frames: ClientFrame[] = [];
    const checks: SignatureCheck[] = [];
    for (; checks.length < PROOFS_AT_ONCE; piece.at++) {
      const frame = piece.frames?.[piece.at];
      const check = frame === undefined ? null : core.proofIn(connection, frame);
      if (check === null) break;
      // RULE: relay.proofs-paid: a signature is checked when its rate is paid, not before (attack A161).
      if (!core.admit(connection, frame!, now)) continue;
      frames.push(frame!);
      checks.push(check);
    }
    if (checks.length === 0) return false;
    this.queue.hold(connection);
    proofs.check(checks, (found) => {
      this.proved(connection, frames, checks, found);
      this.queue.release(connection);
      this.planRun();
    });
    return true;
  }

  private proved(
    connection: number,
    frames: readonly ClientFrame[],
    checks: readonly SignatureCheck[],
    found: readonly boolean[],
  ): void {
    const { core, verdicts, now } = this.parts;
    if (this.groups === null) {
      verdicts.during(checks, found, () => {
        for (const frame of frames) core.carryOut(connection, frame, now());
      });
      return;
    }
    frames.forEach((frame, at) => {
      this.groups!.add({ connection, frame, verdict: { check: checks[at]!, isGood: found[at] ?? false } });
    });
  }

  private commit(): void {
    const { core, onCommit, now } = this.parts;
    if (this.groups === null) {
      const begun = now();
      const outputs = core.commit();
      if (outputs.length > 0) core.counts.committed(now() - begun);
      onCommit();
      this.release(outputs);
      return;
    }
    if (this.groups.isHeldUp) {
      this.release(core.commit());
      return;
    }
    // Where relays share a store, what a group reads from it counts too.
    const [begun, isGroup] = [now(), this.groups.isWaiting];
    void this.groups.flush().then(() => {
      if (isGroup) core.counts.committed(now() - begun);
      onCommit();
      this.goOn();
    });
  }

  private release(outputs: readonly CoreOutput[]): void {
    if (this.handled.isEmpty && outputs.length === 0) return;
    this.parts.post(packOutputs(outputs, this.handled.take()));
  }

  private stop(): void {
    if (this.isStopped) return;
    this.isStopped = true;
    clearTimeout(this.sweeper);
    this.parts.onStopped();
  }
}
