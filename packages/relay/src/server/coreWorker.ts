import { openDatabase } from "@conclave/sqlite";
import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { RoomTag } from "@conclave/wire";
import { RelayCore } from "../core/relayCore.js";
import type { StorageState } from "../core/writeGate.js";
import type { ProbationTotals } from "../ledger/probationCounts.js";
import type { PartialSettings } from "../settings.js";
import { copyBeside } from "../store/copyFirst.js";
import { SqliteStore } from "../store/sqlite/sqliteStore.js";
import { CLOSED, LAG, MESSAGE, OPEN, packOutputs, type EventBatch } from "./batch.js";

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

/** What people on probation did so far. */
export interface ProbationChange {
  readonly probation: ProbationTotals;
}

/** A group is committed after this many ms, even if more events are waiting. */
const MAX_GROUP_MS = 20;
/** With this many bytes to send, the group is committed and they go: answers do not pile up in this thread. */
const MAX_GROUP_BYTES = 8 * 1024 * 1024;
const TICK_MS = 1000;
/** What is left of a sweep goes on after this many ms: who waits for an answer comes in between. */
const SWEEP_AGAIN_MS = 20;
/** How long a write waits for another process (ms). Everybody else waits with it. */
const BUSY_TIMEOUT_MS = 500;

// The thread that owns the database. Everything that waits when it gets to work is one group: one transaction, one sync.
// An error is not caught: it ends the thread, and with it the process.
const port = parentPort;
if (port === null) throw new Error("this file runs as a worker thread");
const { database, relaySeed, settings } = workerData as CoreWorkerData;
const copyFirst = (version: number): void => {
  copyBeside(database, version);
};
const store = new SqliteStore(openDatabase(database, { busyTimeout: BUSY_TIMEOUT_MS }), copyFirst, onDamage);
const core = new RelayCore({
  store,
  crypto: nodeCrypto,
  random: systemRandom,
  relaySeed,
  settings,
  freeBytes,
  wallClock,
  onClockJump,
  onDamage,
});
let storage: StorageState = "open";
let told = core.probation;
const ticker = setInterval(tick, TICK_MS);
let sweeper: NodeJS.Timeout | undefined;

port.on("message", (first: ToCore) => {
  const until = steady() + MAX_GROUP_MS;
  let handled = 0;
  let message: ToCore | null = first;
  while (message !== null) {
    if (message === "stop") {
      commit(handled);
      stop();
      return;
    }
    handle(message);
    handled++;
    message = steady() < until ? next() : null;
  }
  commit(handled);
});
port.postMessage("ready");

function tick(): void {
  const isMore = core.tick(steady());
  commit(0);
  clearTimeout(sweeper);
  if (isMore) sweeper = setTimeout(tick, SWEEP_AGAIN_MS);
  if (core.probation === told) return;
  told = core.probation;
  port!.postMessage({ probation: told } satisfies ProbationChange);
}

function next(): ToCore | null {
  const received: { message: ToCore } | undefined = receiveMessageOnPort(port!);
  return received === undefined ? null : received.message;
}

function handle({ events, data, addresses }: EventBatch): void {
  const now = steady();
  let offset = 0;
  let opened = 0;
  for (let at = 0; at < events.length; at += 3) {
    const [kind, connection, length] = [events[at]!, events[at + 1]!, events[at + 2]!];
    const bytes = data.subarray(offset, (offset += length));
    if (kind === MESSAGE) {
      core.receive(connection, bytes, now);
      if (core.waitingBytes > MAX_GROUP_BYTES) commit(0);
    } else if (kind === OPEN) core.open(connection, addresses[opened++]!, now);
    else if (kind === CLOSED) core.close(connection);
    else if (kind === LAG) core.lag(connection, RoomTag.of(bytes.slice()));
  }
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

function commit(handled: number): void {
  const outputs = core.commit();
  if (core.storage !== storage) {
    storage = core.storage;
    port!.postMessage({ storage } satisfies StorageChange);
  }
  if (handled === 0 && outputs.length === 0) return;
  const batch = packOutputs(outputs, handled);
  port!.postMessage(batch, [batch.plan.buffer as ArrayBuffer, batch.data.buffer as ArrayBuffer]);
}

function stop(): void {
  clearInterval(ticker);
  clearTimeout(sweeper);
  store.close();
  port!.postMessage("stopped");
  port!.close();
}
