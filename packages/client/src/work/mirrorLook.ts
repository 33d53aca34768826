import { toHex } from "@conclave/codec";
import type { Mirror, ReadPart } from "@conclave/protocol";
import { copyEnd, type CopyPart, itemHash, MOST_COPY_HASHES } from "@conclave/wire";
import type { MirrorState } from "../api/mirror.js";
import type { RoomRelay } from "../relay/roomRelay.js";
import { atMirror, type MirrorCopy } from "./mirrorCopy.js";
import { keepNoted } from "./receiving.js";
import type { RoomState } from "./roomState.js";

const MOST_BYTES = 64 * 1024 * 1024;

/** What was found at a mirror. */
export interface MirrorLook {
  readonly state: MirrorState;
  /** How many parts the copy has, and up to which place of the log it goes. */
  readonly length: number;
  readonly n: number;
}

/** The look at a mirror where nothing is known of its copy. */
export function lookWithout(state: MirrorState): MirrorLook {
  return { state, length: 0, n: 0 };
}

/**
 * Looks at a mirror: holds its newest part, and what it keeps against its copy, against our log. What the room's relay has signed for
 * others is then as if it had shown it to us: a split, or a log that it holds back from us, is told and proved (attacks A21, A140).
 */
export async function lookAtMirror(state: RoomState, connection: RoomRelay, mirror: Mirror): Promise<MirrorLook> {
  const { room } = state;
  if (!room) return lookWithout("unknown");
  const found = await atMirror(room, connection, mirror, (copy) => lookAtCopy(state, copy));
  return typeof found === "string" ? lookWithout(found) : found;
}

/** The same over a connection that stands. */
export async function lookAtCopy(state: RoomState, copy: MirrorCopy): Promise<MirrorLook> {
  const length = await copy.length();
  if (length === null) return lookWithout("unreachable");
  const rivals = await copy.rivals();
  for (const rival of rivals) await hold(state, copy, rival);
  if (length === 0) return lookWithout("empty");
  const part = await copy.part(length);
  if (part === null) return { state: "pruned", length, n: 0 };
  const n = copyEnd(part);
  const held = await hold(state, copy, part);
  if (held === null) return { state: "unsigned", length, n: 0 };
  if (held.stands === "other") await bringRival(state, copy, part, length);
  if (held.stands !== "apart" || n < copy.room.cursor.n) return { state: stateOf(held), length, n };
  // It is far ahead of us: what it has right behind our log tells whether it is the same one.
  const near = await copy.reaching(copy.room.cursor.n, length);
  const nearHeld = near && (await hold(state, copy, near.part));
  if (near && nearHeld?.stands === "other") await bringRival(state, copy, near.part, near.at);
  return { state: nearHeld ? stateOf(nearHeld) : "agrees", length, n };
}

function stateOf({ stands }: ReadPart): MirrorState {
  return stands === "other" ? "contradicts" : "agrees";
}

/** Holds a part against our log, and keeps what comes of it. */
export async function hold(state: RoomState, { room }: MirrorCopy, part: CopyPart): Promise<ReadPart | null> {
  const held = await state.transact((tx) => {
    const read = state.room === room ? room.mirrors.read(part) : null;
    if (read) keepNoted(state, tx, read.noted);
    return read;
  });
  return held.ok ? held.value : null;
}

/**
 * The copy is of another log than ours: leaves there what our relay signed for us, so that those who have the other log learn of it.
 *
 * RULE: client.rival-told: of a split both sides are told, also where only one of them was first at the mirror (attacks A21, A140).
 */
async function bringRival(state: RoomState, copy: MirrorCopy, other: CopyPart, at: number): Promise<void> {
  const { room } = copy;
  const receipt = room.receipts.newest;
  if (!receipt) return;
  let begin = other.fromN - 1;
  while (begin < receipt.receipt.n && room.headAt(begin) === null) begin++;
  const before = room.headAt(begin);
  const items = (await state.kept.from(begin + 1, MOST_BYTES)).slice(0, receipt.receipt.n - begin);
  if (!before || items.length < receipt.receipt.n - begin || items.length > MOST_COPY_HASHES) return;
  const sha256 = (data: Uint8Array) => state.ports.crypto.hash("sha256", data);
  const hashes = items.map((item) => itemHash(sha256, room.tag, item));
  const part = { fromN: begin + 1, before, items: [], hashes, receipt };
  await copy.bring(copy.place.rivals, at, part, await state.permitFor(""));
}

/** What a mirror is called among others: by its copy. */
export function mirrorKey({ copyId }: Mirror): string {
  return toHex(copyId);
}
