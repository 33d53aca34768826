import { copyEnd, type CopyPart } from "@conclave/wire";
import type { RoomRelay } from "../relay/roomRelay.js";
import { atMirror, type MirrorCopy } from "./mirrorCopy.js";
import { hold } from "./mirrorLook.js";
import type { RoomState } from "./roomState.js";

/** Parts in one go. */
const MOST_PARTS = 256;

/**
 * Brings a relay that was restored what the room's mirrors have of what it lost: its log is `from` records long. A part of a copy is
 * what the relay is brought by a member, with its own signature, so it needs no record of this device's. Whether it has more then.
 */
export async function bringFromMirrors(state: RoomState, connection: RoomRelay, from: number): Promise<boolean> {
  const { room } = state;
  const { number } = connection;
  let n = from;
  for (const mirror of room?.mirrors.all ?? []) {
    if (room !== state.room || number !== connection.number) break;
    const done = await atMirror(room!, connection, mirror, (copy) => bringParts(state, connection, copy, n));
    if (typeof done === "number") n = done;
  }
  return n > from;
}

/** How long the relay's log is after it. */
async function bringParts(state: RoomState, connection: RoomRelay, copy: MirrorCopy, from: number): Promise<number> {
  const { number } = connection;
  const length = (await copy.length()) ?? 0;
  const found = await copy.reaching(from + 1, length);
  let n = from;
  let part: CopyPart | null = found?.part ?? null;
  for (let at = found?.at ?? 0; part !== null && at < (found?.at ?? 0) + MOST_PARTS; part = await copy.part(++at)) {
    // RULE: client.brings-ours: of two logs that the relay has signed a mirror does not choose the one that it goes on with: where a part
    // contradicts what this device has, that is told, and the part is brought to nobody (attacks A22, A140).
    const held = await hold(state, copy, part);
    if (held === null || held.stands === "other" || part.fromN > n + 1 || number !== connection.number) break;
    const { receipt, hashes } = part;
    const request = { type: "bring", roomTag: copy.room.tag, receipt, fromN: n + 1, hashes } as const;
    const items = part.items.slice(n + 1 - part.fromN);
    const answer = await connection.request<"bring">({ ...request, items, head: receipt.receipt.head });
    // What it does not take says nothing about the relay: the mirror may have made it up.
    if (answer.type !== "brought" || answer.n < copyEnd(part)) break;
    n = answer.n;
    if (at === length) break;
  }
  return n;
}
