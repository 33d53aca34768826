import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import { EventCollector, type OutputBatch } from "./batch.js";
import type { StorageState } from "../core/writeGate.js";
import type { ProbationTotals } from "../ledger/probationCounts.js";
import type {
  ClockJump,
  CopyNoticed,
  CoreWorkerData,
  CountsChange,
  Damage,
  ProbationChange,
  ProofsChange,
  RefusalNoticed,
  StorageChange,
} from "./coreWorker.js";
import type { RoomCommand, RoomCommandAnswer } from "./roomCommand.js";

type FromCore =
  | OutputBatch
  | StorageChange
  | ClockJump
  | Damage
  | CopyNoticed
  | RefusalNoticed
  | ProbationChange
  | ProofsChange
  | CountsChange
  | RoomCommandAnswer
  | "ready"
  | "stopped";

const STOP_TIMEOUT_MS = 5000;

/** What a core thread reports. */
export interface CoreThreadEvents {
  outputs(batch: OutputBatch): void;
  /** The relay writes again, or does not. */
  storage(state: StorageState | "away" | "readOnly"): void;
  /** The machine's clock was set, by so many ms. */
  clockJumped(by: number): void;
  /** Which row of the database cannot be read. Told each time the row is needed. */
  damaged(row: string): void;
  /** PostgreSQL refused what some requests need: by which SQLSTATE, or for which other reason. */
  refusedBy(reason: string): void;
  /** The database is a copy that was put in place of the one before, or was moved. */
  copyNoticed(): void;
  /** What people on probation did since the relay began; told once a second at most. */
  probation(totals: ProbationTotals): void;
  /** How many signatures of proofs were checked since the relay began; told once a second at most. */
  proofs(checked: number): void;
  /** What the core did since it began, as metrics; told once a second. */
  counts(change: CountsChange): void;
  /** The thread failed: what is on disk is whole, but this process can do nothing more with it. */
  failed(error: Error): void;
}

/** The socket thread's end of the thread that owns the core and the database. */
export class CoreThread {
  /** Events to be handed over; `flush` does it. */
  readonly events = new EventCollector();
  private readonly worker: Worker;
  private readonly ready: Promise<void>;
  private readonly calls = new Map<number, (answer: RoomCommandAnswer["answer"]) => void>();
  private lastCall = 0;
  private isEnded = false;
  private stopping: { resolve: () => void; reject: (error: Error) => void } | null = null;

  constructor(data: CoreWorkerData, on: CoreThreadEvents) {
    // By the package's own name: the file is the built one also when this runs from sources, for which this
    // process may have been given options that the thread must not inherit.
    const file = createRequire(import.meta.url).resolve("@conclave/relay/core-worker");
    this.worker = new Worker(file, { workerData: data, execArgv: [] });
    this.ready = new Promise((resolve, reject) => {
      const fail = (error: Error): void => {
        if (this.isEnded) return;
        this.isEnded = true;
        reject(error);
        if (this.stopping !== null) this.stopping.reject(error);
        else on.failed(error);
      };
      this.worker.on("message", (message: FromCore) => {
        if (message === "ready") resolve();
        else if (message === "stopped") this.stopping?.resolve();
        else if ("storage" in message) on.storage(message.storage);
        else if ("clockJump" in message) on.clockJumped(message.clockJump);
        else if ("damage" in message) on.damaged(message.damage);
        else if ("refusedBy" in message) on.refusedBy(message.refusedBy);
        else if ("isCopy" in message) on.copyNoticed();
        else if ("probation" in message) on.probation(message.probation);
        else if ("proofs" in message) on.proofs(message.proofs);
        else if ("counts" in message) on.counts(message);
        else if ("call" in message) this.answered(message);
        else on.outputs(message);
      });
      this.worker.on("error", (cause) => {
        fail(new Error("the relay's database thread failed", { cause }));
      });
      this.worker.on("exit", (code) => {
        if (code !== 0 || this.stopping === null)
          fail(new Error(`the relay's database thread ended with code ${code}`));
      });
    });
  }

  /** Resolves when the database is open. Rejects when it cannot be. */
  async started(): Promise<void> {
    await this.ready;
  }

  /** Carries out what the operator asks. Never resolves when the thread ends first: then the process ends too. */
  async operate(command: RoomCommand): Promise<RoomCommandAnswer["answer"]> {
    const call = ++this.lastCall;
    return await new Promise((resolve) => {
      this.calls.set(call, resolve);
      this.worker.postMessage({ call, command });
    });
  }

  private answered({ call, answer }: RoomCommandAnswer): void {
    this.calls.get(call)?.(answer);
    this.calls.delete(call);
  }

  /** Hands the collected events over, as one batch. */
  flush(): void {
    if (this.events.isEmpty) return;
    const batch = this.events.take();
    this.worker.postMessage(batch, [batch.events.buffer as ArrayBuffer, batch.data.buffer as ArrayBuffer]);
  }

  /** Finishes what was handed over, closes the database, ends the thread; within 5 s, also if a database elsewhere does not answer. */
  async stop(): Promise<void> {
    // A failed thread has nothing to finish: what it acknowledged is on the disk.
    if (this.isEnded) return;
    this.flush();
    const late = setTimeout(() => {
      // What was acknowledged is stored, and who waits for more asks again.
      this.isEnded = true;
      void this.worker.terminate();
      this.stopping?.resolve();
    }, STOP_TIMEOUT_MS);
    await new Promise<void>((resolve, reject) => {
      this.stopping = { resolve, reject };
      this.worker.postMessage("stop");
    }).finally(() => {
      clearTimeout(late);
    });
  }
}
