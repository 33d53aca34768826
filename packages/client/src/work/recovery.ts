import { itemHash, MOST_BROUGHT_HASHES, type HeadReceipt, type LogItem, type Signed } from "@conclave/wire";
import type { RoomRelay } from "../relay/roomRelay.js";
import { NO_RECOVERY } from "../store/recoveryNote.js";
import { keepNoted } from "./receiving.js";
import type { RoomState } from "./roomState.js";

/** Bytes of records in one request. */
const CHUNK_BYTES = 512 * 1024;
const CHUNK_ITEMS = 1024;
const MOST_BYTES = 64 * 1024 * 1024;
const MOST_REQUESTS = 64;
/** How long a relay has, with our help; and how soon after it had all it may not say so again. */
const HOUR_MS = 60 * 60 * 1000;

/** What came of bringing: the relay has all, or not all yet; or it refuses what we have as another log. */
export type BringOutcome = "all" | "part" | "other";

/**
 * Shows the relay the newest head that it signed for us, before it signs another one: one that was restored from a copy learns so from
 * its own signature what it lost (docs/protocol.md §6, Recovery).
 *
 * RULE: client.show-first: who knows more says so before the relay signs: so an honest relay signs nothing that convicts it (attack A162).
 */
export function showNewest(state: RoomState, connection: RoomRelay): void {
  const { room } = state;
  const receipt = room?.receipts.newest ?? null;
  if (!room || !receipt) return;
  const fromN = room.cursor.n + 1;
  const { tag: roomTag } = room;
  const { head } = room.cursor;
  void connection.request<"bring">({ type: "bring", roomTag, receipt, fromN, items: [], hashes: [], head });
}

/**
 * Brings the relay what it lacks of the log, as it was: first up to the head that it signed, then what came after it.
 *
 * RULE: client.brings-same: nothing is sealed again, so that no relay makes anybody say a thing twice, or use a key twice (attack A162).
 */
export async function bringRecords(
  state: RoomState,
  connection: RoomRelay,
  relayN: number,
  proveAgain: () => void,
): Promise<BringOutcome> {
  const { room } = state;
  const receipt = room?.receipts.newest ?? null;
  let n = relayN;
  for (let request = 0; room && receipt && request < MOST_REQUESTS && n < room.cursor.n; request++) {
    const part = await partAfter(state, n, receipt);
    if (part === null) break;
    // RULE: client.recovered-key: the relay knows the members' key again from the head that it signed; only then can we prove ours.
    if (n >= receipt.receipt.n) proveAgain();
    const answer = await connection.request<"bring">({
      ...{ type: "bring", roomTag: room.tag, receipt, fromN: n + 1 },
      ...part,
    });
    if (answer.type === "error" && answer.error === "unlinked") return "other";
    if (answer.type !== "brought") return "part";
    if (answer.n <= n) break;
    n = answer.n;
  }
  if (receipt && n >= receipt.receipt.n) proveAgain();
  return room && n >= room.cursor.n ? "all" : "part";
}

interface Part {
  readonly items: readonly LogItem[];
  readonly hashes: readonly Uint8Array[];
  readonly head: Uint8Array;
}

/** The next records, with the hashes of those after them up to the signed head; null where they are not kept. */
async function partAfter(state: RoomState, n: number, { receipt }: Signed<HeadReceipt>): Promise<Part | null> {
  const { room, kept } = state;
  if (!room) return null;
  const isSigned = n < receipt.n;
  const after = await kept.from(n + 1, isSigned ? MOST_BYTES : CHUNK_BYTES);
  const all = isSigned ? after.slice(0, receipt.n - n) : messagesOf(after);
  if (all.length === 0 || (isSigned && all.length < receipt.n - n)) return null;
  const items = isSigned ? firstPartOf(all) : all;
  const sha256 = (data: Uint8Array) => state.ports.crypto.hash("sha256", data);
  // It was deleted after that head was signed, and the relay would not take it so.
  if (isSigned && items.some((item) => item.pruned && item.n >= receipt.availableFrom)) return null;
  const hashes = all.slice(items.length).map((item) => itemHash(sha256, room.tag, item));
  if (hashes.length > MOST_BROUGHT_HASHES) return null;
  const head = isSigned ? receipt.head : room.headAt(n + items.length);
  return head && { items, hashes, head };
}

/**
 * What can come back without a signature: messages, and nothing that comes after something else.
 *
 * RULE: client.no-false-charge: what an honest relay does not take is not brought: its refusal would look like another log (attack A162).
 */
function messagesOf(all: readonly LogItem[]): readonly LogItem[] {
  const end = all.findIndex(({ kind, pruned }) => kind === "commit" || pruned);
  return all.slice(0, Math.min(CHUNK_ITEMS, end < 0 ? all.length : end));
}

/** As many records from the start as one request carries. */
export function firstPartOf(all: readonly LogItem[]): readonly LogItem[] {
  let bytes = 0;
  const end = all.findIndex((item, at) => {
    bytes += item.pruned ? 100 : item.payload.length + item.attachment.length + 100;
    return at > 0 && (bytes > CHUNK_BYTES || at >= CHUNK_ITEMS);
  });
  return end < 0 ? all : all.slice(0, end);
}

/**
 * The relay says that it was restored and lacks what we have, and we have brought it.
 *
 * RULE: client.recovery-ends: an accident is waited for, for an hour, and not again right after: a relay that says so for longer, or
 * again and again, or holds another log against what it signed, shows less than before, and is told as that (attacks A17, A162).
 */
export async function noteLacking(state: RoomState, outcome: BringOutcome): Promise<void> {
  const now = state.now();
  const { since, ended } = state.recovery;
  const isOver = outcome === "other" || (since > 0 ? now - since > HOUR_MS : ended > 0 && now - ended < HOUR_MS);
  await state.transact((tx) => {
    const { room } = state;
    if (!room) return;
    if (isOver) {
      keepNoted(state, tx, room.receipts.noteLost());
      state.keepRecovery(tx, NO_RECOVERY);
      return;
    }
    if (since === 0) state.keepRecovery(tx, { since: now, ended });
  });
}

/** The relay has all again. Slots and proofs are older there than we think. */
export async function noteWhole(state: RoomState): Promise<void> {
  if (state.recovery.since === 0) return;
  await state.transact((tx) => {
    state.keepRecovery(tx, { since: 0, ended: state.now() });
    state.forgetSlots(tx);
  });
}
