import { openDatabase } from "@conclave/sqlite";
import type { SignatureCheck } from "@conclave/crypto";
import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { RoomTag, type ClientFrame } from "@conclave/wire";
import { RelayCore } from "../core/relayCore.js";
import type { StorageState } from "../core/writeGate.js";
import type { ProbationTotals } from "../ledger/probationCounts.js";
import type { PartialSettings } from "../settings.js";
import { copyBeside } from "../store/copyFirst.js";
import { noteFile } from "../store/sqlite/sameFile.js";
import { SqliteStore } from "../store/sqlite/sqliteStore.js";
import { HandledCounter, LAG, MESSAGE, OPEN, packOutputs, type EventBatch } from "./batch.js";
import { FairQueue } from "./fairQueue.js";
import { ProofThread, Verdicts } from "./proofThread.js";

/** What the socket thread starts this thread with. */
export interface CoreWorkerData {
  readonly database: string;
  readonly relaySeed: Uint8Array;
  readonly settings: PartialSettings;
}

/** What this thread is told: a batch of events, or to end. */
export type ToCore = EventBatch | "stop";

/** Whether the relay writes from now on. */
export interface StorageChange {
  readonly storage: StorageState;
}

/** The machine's clock was set, by so many ms. */
export interface ClockJump {
  readonly clockJump: number;
}

/** Which row of the database cannot be read. */
export interface Damage {
  readonly damage: string;
}

/** The database is in another file than before: a copy was put in its place, or it was moved. */
export interface CopyNoticed {
  readonly isCopy: true;
}

/** What people on probation did so far. */
export interface ProbationChange {
  readonly probation: ProbationTotals;
}

/** Signatures of proofs that were checked so far. */
export interface ProofsChange {
  readonly proofs: number;
}

/** A group is committed after this many ms, even if more events are waiting. */
const MAX_GROUP_MS = 20;
/** With this many bytes to send, the group is committed and they go: answers do not pile up in this thread. */
const MAX_GROUP_BYTES = 8 * 1024 * 1024;
const TICK_MS = 1000;
/** What is left of a sweep goes on after this many ms: who waits for an answer comes in between. */
const SWEEP_AGAIN_MS = 20;
/** Requests of one connection in a group. */
const MOST_IN_GROUP = 32;
/** After so many turns it looks whether more has come: whoever comes waits for no more of the others. */
const TURNS_BETWEEN_LOOKS = 16;
/** Proofs of one connection that are checked together: everybody else's wait for them. */
const PROOFS_AT_ONCE = 8;
/** How long a write waits for another process (ms). Everybody else waits with it. */
const BUSY_TIMEOUT_MS = 500;

interface Message {
  readonly bytes: Uint8Array;
  /** Null until its connection's first turn with it. */
  frames: readonly ClientFrame[] | null;
  /** The next of `frames`. */
  at: number;
}

/** What a connection has waiting: a message, a room whose pushes it does not keep up with, or its end. */
type Piece = Message | { readonly lag: RoomTag } | "closed";

// The thread that owns the database. What waits when it gets to work is one group: one transaction, one sync.
// An error is not caught: it ends the thread, and with it the process.
const port = parentPort;
if (port === null) throw new Error("this file runs as a worker thread");
const { database, relaySeed, settings } = workerData as CoreWorkerData;
const copyFirst = (version: number): void => {
  copyBeside(database, version);
};
const opened = openDatabase(database, { busyTimeout: BUSY_TIMEOUT_MS });
const store = new SqliteStore(opened, copyFirst, onDamage);
const isCopy = noteFile(opened, database);
const queue = new FairQueue<Piece>(MOST_IN_GROUP);
const handled = new HandledCounter();
const proofs = new ProofThread();
const verdicts = new Verdicts((...check) => nodeCrypto.ed25519Verify(...check));
const core = new RelayCore({
  store,
  crypto: { ...nodeCrypto, ed25519Verify: verdicts.verify },
  random: systemRandom,
  relaySeed,
  settings,
  freeBytes,
  wallClock,
  onClockJump,
  onDamage,
});
let isPlanned = false;
let isStopping = false;
let storage: StorageState = "open";
let told = core.probation;
let toldProofs = 0;
const ticker = setInterval(tick, TICK_MS);
let sweeper: NodeJS.Timeout | undefined;

port.on("message", (message: ToCore) => {
  take(message);
  run();
});
if (isCopy) port.postMessage({ isCopy } satisfies CopyNoticed);
port.postMessage("ready");

function tick(): void {
  const isMore = core.tick(steady());
  commit();
  clearTimeout(sweeper);
  if (isMore) sweeper = setTimeout(tick, SWEEP_AGAIN_MS);
  if (proofs.checked !== toldProofs) {
    toldProofs = proofs.checked;
    port!.postMessage({ proofs: toldProofs } satisfies ProofsChange);
  }
  if (core.probation === told) return;
  told = core.probation;
  port!.postMessage({ probation: told } satisfies ProbationChange);
}

function take(message: ToCore): void {
  if (message === "stop") isStopping = true;
  else collect(message);
}

function collect({ events, data, addresses }: EventBatch): void {
  const now = steady();
  let offset = 0;
  let opened = 0;
  for (let at = 0; at < events.length; at += 3) {
    const [kind, connection, length] = [events[at]!, events[at + 1]!, events[at + 2]!];
    const bytes = data.subarray(offset, (offset += length));
    if (kind === OPEN) core.open(connection, addresses[opened++]!, now);
    else if (kind === MESSAGE) queue.push(connection, { bytes, frames: null, at: 0 });
    else if (kind === LAG) queue.push(connection, { lag: RoomTag.of(bytes.slice()) });
    else queue.push(connection, "closed");
  }
}

/** One group: what there is time for, each connection in its turn; then it is committed, and the rest waits for the next one. */
function run(): void {
  const until = steady() + MAX_GROUP_MS;
  queue.nextGroup();
  for (let turns = 1; steady() < until; turns++) {
    if (turns % TURNS_BETWEEN_LOOKS === 0) drain();
    if (!queue.hasTurn) drain();
    const next = queue.next();
    if (next === null) break;
    queue.done(next.connection, turn(next.connection, next.piece));
    if (core.waitingBytes > MAX_GROUP_BYTES) commit();
  }
  commit();
  if (queue.hasWork) planRun();
  else if (isStopping && queue.isEmpty) stop();
}

function drain(): void {
  for (;;) {
    const received: { message: ToCore } | undefined = receiveMessageOnPort(port!);
    if (received === undefined) return;
    take(received.message);
  }
}

function planRun(): void {
  if (isPlanned) return;
  isPlanned = true;
  setImmediate(() => {
    isPlanned = false;
    run();
  });
}

/** Does one piece of a connection's work; false if there is more of the same. */
function turn(connection: number, piece: Piece): boolean {
  if (piece === "closed") {
    core.close(connection);
    handled.ended(connection);
  } else if ("lag" in piece) core.lag(connection, piece.lag);
  else {
    const now = steady();
    piece.frames ??= core.read(connection, piece.bytes, now);
    if (prove(connection, piece, now)) return false;
    const frame = piece.frames[piece.at++];
    if (frame !== undefined && core.admit(connection, frame, now)) core.carryOut(connection, frame, now);
    if (piece.at < piece.frames.length) return false;
    handled.message(connection, piece.bytes.length);
  }
  return true;
}

/**
 * Has the other thread check the proofs that come next in a message: false if there are none. The connection is held until the
 * verdicts are there, and then its proofs are carried out.
 */
function prove(connection: number, piece: Message, now: number): boolean {
  const frames: ClientFrame[] = [];
  const checks: SignatureCheck[] = [];
  for (; checks.length < PROOFS_AT_ONCE; piece.at++) {
    const frame = piece.frames?.[piece.at];
    const check = frame === undefined ? null : core.proofIn(connection, frame);
    if (check === null) break;
    // RULE: relay.proofs-paid: a signature is checked when its rate is paid, not before (attack A83).
    if (!core.admit(connection, frame!, now)) continue;
    frames.push(frame!);
    checks.push(check);
  }
  if (checks.length === 0) return false;
  queue.hold(connection);
  proofs.check(checks, (found) => {
    verdicts.during(checks, found, () => {
      for (const frame of frames) core.carryOut(connection, frame, steady());
    });
    queue.release(connection);
    planRun();
  });
  return true;
}
// Rates and timeouts count with a clock that is never set; the machine's own is only for what is stored and signed.
function steady(): number {
  return performance.now();
}

function wallClock(): number {
  return Date.now();
}

function onClockJump(by: number): void {
  port!.postMessage({ clockJump: by } satisfies ClockJump);
}

function onDamage({ message }: Error): void {
  port!.postMessage({ damage: message } satisfies Damage);
}

function freeBytes(): number {
  const { bavail, bsize } = statfsSync(dirname(database));
  return bavail * bsize;
}

function commit(): void {
  const outputs = core.commit();
  if (core.storage !== storage) {
    storage = core.storage;
    port!.postMessage({ storage } satisfies StorageChange);
  }
  if (handled.isEmpty && outputs.length === 0) return;
  const batch = packOutputs(outputs, handled.take());
  port!.postMessage(batch, [batch.plan.buffer as ArrayBuffer, batch.data.buffer as ArrayBuffer]);
}

function stop(): void {
  clearInterval(ticker);
  clearTimeout(sweeper);
  store.close();
  proofs.stop();
  port!.postMessage("stopped");
  port!.close();
}
