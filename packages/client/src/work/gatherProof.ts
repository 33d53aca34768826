import { itemHash } from "@conclave/wire";
import type { RelayAccess } from "../relay/relayConnection.js";
import { keepNoted } from "./receiving.js";
import type { RoomState } from "./roomState.js";

const PAGE = 512;
const MOST_REQUESTS = 16;

/**
 * Where the relay shows another log than before: reads what proves that to others, and keeps the proof as an
 * alarm. Only hashes are looked at; no record of that log is taken in. A relay that does not give it is not proved to lie
 * by this, and the alarm stays as it is.
 */
export async function gatherProof(state: RoomState, connection: RelayAccess): Promise<void> {
  const { room } = state;
  const wanted = room?.receipts.proofWanted ?? null;
  if (!room || !wanted) return;
  const { after, to } = wanted;
  const sha256 = (data: Uint8Array) => state.ports.crypto.hash("sha256", data);
  const hashes: Uint8Array[] = [];
  // RULE: client.proof-bounded: a relay that gives little at a time, or nothing, does not keep us busy (attack A83).
  for (let request = 0; request < MOST_REQUESTS && after + hashes.length < to; request++) {
    const fromN = after + hashes.length + 1;
    const limit = Math.min(PAGE, to - fromN + 1);
    const answer = await connection.request<"read">({ type: "read", roomTag: room.tag, fromN, limit });
    if (answer.type !== "page" || answer.items.length === 0) break;
    for (const item of answer.items.slice(0, limit)) hashes.push(itemHash(sha256, room.tag, item));
  }
  await state.transact((tx) => {
    if (state.room === room) keepNoted(state, tx, room.receipts.proveFork(after, hashes));
  });
}
