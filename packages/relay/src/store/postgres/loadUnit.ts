import type { PageSize } from "../recordPage.js";
import type { ReadSet, SweepReads } from "../readSet.js";
import { UnitContent } from "../unit/unitContent.js";
import { inboxesOfSweep, loadBlobs, loadSweep, roomsOfSweep } from "./loadBlobs.js";
import {
  loadAppended,
  loadCommits,
  loadHeads,
  loadRecordPages,
  loadRecords,
  loadRooms,
  loadRosterLog,
} from "./loadLog.js";
import { loadInboxes, loadRequests, loadSlots } from "./loadSlots.js";
import { purgeRooms } from "./operatedRooms.js";
import type { PostgresConnection } from "./postgresConnection.js";
import type { RelayClock } from "./relayClock.js";

/** Rows of deleted rooms that one sweep frees. */
const PURGED_AT_ONCE = 10_000;

/** The lock of the relay that sweeps: any number that is no name of `lockOf`, and nobody else's in this database. */
const SWEEP_LOCK = 0x73776570;

/** A unit ends when nothing was asked of PostgreSQL for so long: carrying out a group takes much less. */
const LONGEST_PAUSE_MS = 10_000;
/** A statement may wait for a lock that a dead relay holds, and little more. PostgreSQL itself gives up first, where it still can. */
const LONGEST_STATEMENT_MS = 12_000;
const BEGIN = `BEGIN; SET LOCAL idle_in_transaction_session_timeout = ${LONGEST_PAUSE_MS}; SET LOCAL statement_timeout = ${LONGEST_STATEMENT_MS}`;

/** Begins a transaction, and loads a unit by two waits: for what locks and the rooms, and for all that is read of these. */
export async function loadUnit(
  connection: PostgresConnection,
  reads: ReadSet,
  relayClock: Pick<RelayClock, "read">,
  retention: { readonly keepBytes: number; readonly step: PageSize },
): Promise<{ readonly content: UnitContent; readonly time: number }> {
  const content = new UnitContent();
  // RULE: shared.dead-holds-nothing: a relay whose machine stops, or is cut off, in the midst of a group keeps its rooms from the
  // others for no longer than this: PostgreSQL would wait for it for hours (attack A83).
  const begun = connection.run(BEGIN);
  const { sweep: asked } = reads;
  const sweep = asked && (await begun.then(() => beginSweep(connection, asked, reads, content)));
  // In this order: numbers are given out under the locks, so that a greater one in a room or an inbox is always the later one, and
  // the time is read under them.
  const [, , rooms, numbers, clock] = await Promise.all([
    begun,
    lock(connection, reads),
    loadRooms(connection, reads, content),
    numbersFor(connection, reads.numbers),
    relayClock.read(connection),
  ]);
  content.numbers = numbers;
  await Promise.all([
    loadHeads(connection, rooms),
    loadAppended(connection, rooms),
    loadRecords(connection, rooms, retention),
    loadCommits(connection, rooms),
    loadRosterLog(connection, rooms),
    loadSlots(connection, rooms),
    loadRequests(connection, rooms),
    loadInboxes(connection, reads, content),
    loadBlobs(connection, rooms, content),
  ]);
  if (sweep !== null) {
    await purgeRooms(connection, PURGED_AT_ONCE);
    await loadSweep(connection, sweep, rooms, content);
    const { step } = retention;
    const before = sweep.old?.before ?? 0;
    const old = rooms.filter(({ unit }) => unit.row.oldest !== null && unit.row.oldest < before);
    await loadRecordPages(
      connection,
      old.map(({ unit }) => ({ unit, after: unit.row.availableFrom - 1, size: step })),
    );
  }
  const { time, signedUntil, restorations } = clock;
  [content.signedUntil, content.restorations] = [signedUntil, restorations];
  return { content, time };
}

/**
 * Adds to the reads what a sweep finds, so that it is locked like everything else. Null when another relay sweeps: then this one
 * finds nothing.
 *
 * RULE: shared.one-sweeper: what a sweep deletes is locked before, in the order in which everybody locks, and one relay sweeps at a
 * time: so nobody waits in a circle (attack A83).
 */
async function beginSweep(
  connection: PostgresConnection,
  sweep: SweepReads,
  reads: ReadSet,
  content: UnitContent,
): Promise<SweepReads | null> {
  content.dropped = [];
  const [row] = await connection.rows("SELECT pg_try_advisory_xact_lock($1) AS mine", [SWEEP_LOCK]);
  if (row!["mine"] !== true) return null;
  for (const tag of await roomsOfSweep(connection, sweep)) reads.written(tag);
  content.sweptInboxes = await inboxesOfSweep(connection, sweep);
  for (const inboxId of content.sweptInboxes) reads.inbox(inboxId).isCleared = true;
  return sweep;
}

/** Keeps others away from rooms that may be made, and from inboxes that change. */
async function lock(connection: PostgresConnection, reads: ReadSet): Promise<void> {
  const made = [...reads.rooms.values()].filter(({ isMade }) => isMade).map(({ tag }) => tag);
  const changed = [...reads.inboxes.values()].filter(({ from, isCleared }) => from.length > 0 || isCleared);
  const names = new Set([...made, ...changed.map(({ inboxId }) => inboxId)].map(lockOf));
  if (names.size === 0) return;
  // In one order everywhere, and before any row is locked: so nobody waits in a circle.
  const inOrder = [...names].sort((a, b) => a - b);
  await connection.rows("SELECT pg_advisory_xact_lock(name) FROM unnest($1::bigint[]) AS name", [inOrder]);
}

async function numbersFor(connection: PostgresConnection, count: number): Promise<number[]> {
  if (count === 0) return [];
  const rows = await connection.rows("SELECT nextval('number') AS no FROM generate_series(1, $1)", [count]);
  return rows.map((row) => row["no"] as number);
}

/**
 * The name of a lock for something with an id. Many things share one: then they wait for each other, and nothing else.
 *
 * RULE: shared.few-locks: PostgreSQL has space for some thousand locks of all its users together, and a relay that runs out of it waits for
 * ever: so a group takes at most as many as there are names, however many inboxes strangers name in it (attack A83).
 */
function lockOf(id: Uint8Array): number {
  return id[0]!;
}
