import { openDatabase } from "@conclave/sqlite";
import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { RoomTag } from "@conclave/wire";
import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { RelayCore } from "../core/relayCore.js";
import type { StorageState } from "../core/writeGate.js";
import type { ProbationTotals } from "../ledger/probationCounts.js";
import { PRUNE_STEP } from "../ledger/pruner.js";
import { settingsWith, type PartialSettings } from "../settings.js";
import { copyBeside } from "../store/copyFirst.js";
import { PostgresStore } from "../store/postgres/postgresStore.js";
import { noteFile } from "../store/sqlite/sameFile.js";
import { SqliteStore } from "../store/sqlite/sqliteStore.js";
import type { ToCore } from "./batch.js";
import { CoreLoop } from "./coreLoop.js";
import { processTime } from "./processTime.js";
import { ProofThread, Verdicts } from "./proofThread.js";
import { StoreAway } from "../store/sharedStore.js";
import { sqlStateOf } from "../store/postgres/sqlState.js";
import { SharedGroups } from "./sharedGroups.js";
import type { RoomCommand, RoomCommandAnswer } from "./roomCommand.js";
import { SharedTail } from "./sharedTail.js";

/** What the socket thread starts this thread with. */
export interface CoreWorkerData {
  /** The file of the database; nothing is there if the database is in PostgreSQL. */
  readonly database: string;
  /** The address of the database in PostgreSQL, a secret; null if it is in a file. */
  readonly postgres: string | null;
  readonly relaySeed: Uint8Array;
  readonly settings: PartialSettings;
}

/**
 * Whether the relay writes from now on. `away`: a database that relays share does not answer, and everybody waits for it; `readOnly`: it
 * answers, and takes no writes.
 */
export interface StorageChange {
  readonly storage: StorageState | "away" | "readOnly";
}

/** The machine's clock was set, by so many ms. */
export interface ClockJump {
  readonly clockJump: number;
}

/** Which row of the database cannot be read. */
export interface Damage {
  readonly damage: string;
}

/** PostgreSQL refused what some requests need, by an SQLSTATE or another reason. */
export interface RefusalNoticed {
  readonly refusedBy: string;
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

/** What the core did so far, as metrics. */
export interface CountsChange {
  readonly counts: Readonly<Record<string, number>>;
  /** Whose requests were refused since the last time, and how often. */
  readonly refused: ReadonlyMap<string, number>;
}

const TICK_MS = 1000;
/** How long a write waits for another process (ms). Everybody else waits with it. */
const BUSY_TIMEOUT_MS = 500;

// The thread that owns the database. What waits when it gets to work is one group: one transaction, one sync.
// An error is not caught: it ends the thread, and with it the process.
const port = parentPort;
if (port === null) throw new Error("this file runs as a worker thread");
const { database, postgres, relaySeed, settings } = workerData as CoreWorkerData;
const copyFirst = (version: number): void => {
  copyBeside(database, version);
};
const own = postgres === null ? openDatabase(database, { busyTimeout: BUSY_TIMEOUT_MS }) : null;
const store = own && new SqliteStore(own, copyFirst, onDamage);
const isCopy = own !== null && noteFile(own, database);
const shared = postgres === null ? null : await openShared(postgres);
const proofs = new ProofThread();
const verdicts = new Verdicts((...check) => nodeCrypto.ed25519Verify(...check));
const core = new RelayCore({
  store,
  crypto: { ...nodeCrypto, ed25519Verify: verdicts.verify },
  random: systemRandom,
  relaySeed,
  settings,
  ...(store !== null && { freeBytes }),
  wallClock,
  onClockJump,
  onDamage,
});
const tail =
  shared &&
  new SharedTail(
    core.news,
    shared,
    () => {
      loop.wake();
    },
    (data) => nodeCrypto.hash("sha256", data),
  );
const loop: CoreLoop = new CoreLoop({
  core,
  groups:
    shared &&
    ((release) =>
      new SharedGroups({
        core,
        store: shared,
        verdicts,
        release,
        onAway,
        onRefused,
        now: steady,
        ...(tail && { tail }),
      })),
  proofs,
  verdicts,
  next,
  post: (batch) => {
    port.postMessage(batch, [batch.plan.buffer as ArrayBuffer, batch.data.buffer as ArrayBuffer]);
  },
  answer: (answer) => {
    port.postMessage(answer);
  },
  operate: shared && ((command) => operateShared(shared, command)),
  onCommit: tellStorage,
  onStopped: stop,
  now: steady,
});
let storage: StorageState = "open";
let isAway = false;
let toldState: StorageChange["storage"] = "open";
let told = core.probation;
let toldProofs = 0;
const ticker = setInterval(tick, TICK_MS);

port.on("message", (message: ToCore) => {
  loop.told(message);
});
if (isCopy) port.postMessage({ isCopy } satisfies CopyNoticed);
port.postMessage("ready");

function tick(): void {
  tail?.tick();
  loop.tick();
  // A server that did not answer may be followed by one that takes no writes.
  if (isAway) tellAway();
  const refused = core.counts.refusedAddresses.take();
  port!.postMessage({ counts: core.counts.metrics, refused } satisfies CountsChange);
  if (proofs.checked !== toldProofs) {
    toldProofs = proofs.checked;
    port!.postMessage({ proofs: toldProofs } satisfies ProofsChange);
  }
  if (core.probation === told) return;
  told = core.probation;
  port!.postMessage({ probation: told } satisfies ProbationChange);
}

function next(): ToCore | null {
  const received: { message: ToCore } | undefined = receiveMessageOnPort(port!);
  return received?.message ?? null;
}

function openShared(address: string): Promise<PostgresStore> {
  const relayKey = nodeCrypto.ed25519PublicKey(relaySeed);
  const keepBytes = settingsWith(settings).retention.messageBytesPerRoom;
  return PostgresStore.open({ address, relayKey, retention: { keepBytes, step: PRUNE_STEP } });
}

/** Everybody who subscribed to a deleted room is told within a second, at this relay as at the others. */
async function operateShared(on: PostgresStore, command: RoomCommand): Promise<RoomCommandAnswer["answer"]> {
  try {
    if (command.do === "list") return await on.listRooms(command.after, command.limit);
    return await on.deleteRoom(RoomTag.of(command.roomTag));
  } catch (error) {
    if (!(error instanceof StoreAway)) onRefused(error);
    return "away";
  }
}

function onAway(isAwayNow: boolean): void {
  isAway = isAwayNow;
  tellAway();
}

function tellAway(): void {
  const state = !isAway ? storage : shared?.isReadOnly === true ? "readOnly" : "away";
  if (state === toldState) return;
  toldState = state;
  port!.postMessage({ storage: state } satisfies StorageChange);
}

function onRefused(error: unknown): void {
  const refusedBy = sqlStateOf(error) ?? (error instanceof Error ? error.name : "unknown");
  port!.postMessage({ refusedBy } satisfies RefusalNoticed);
}

function tellStorage(): void {
  if (core.storage === storage) return;
  storage = core.storage;
  port!.postMessage({ storage } satisfies StorageChange);
}

// Rates and timeouts count with a clock that is never set; the machine's own is only for what is stored and signed.
function steady(): number {
  return processTime();
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

function stop(): void {
  clearInterval(ticker);
  proofs.stop();
  store?.close();
  void (shared?.close() ?? Promise.resolve()).then(() => {
    port!.postMessage("stopped");
    port!.close();
  });
}
