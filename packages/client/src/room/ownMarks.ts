import { done, failed, type Result } from "@conclave/codec";
import type { Problem } from "../api/problem.js";
import type { RoomState } from "../work/roomState.js";

/** Notes that the person has seen an alarm. */
export async function acknowledge(state: RoomState, order: number): Promise<Result<void, Problem>> {
  const known = await state.transact((tx) => {
    state.emit(tx, { type: "changed" });
    return state.alarms.acknowledge(tx, order);
  });
  if (!known.ok) return known;
  return known.value ? done(undefined) : failed({ kind: "unknown" });
}

/** Notes how far the person has read. */
export async function markRead(state: RoomState, n: number): Promise<void> {
  await state.transact((tx) => {
    state.history.markRead(tx, n);
    if (state.listMarks.isUnread) state.keepListMarks(tx, { ...state.listMarks, isUnread: false });
  });
  state.tell({ type: "changed" });
}

/** Has the room tell the person of less, or of all again. */
export async function mute(state: RoomState, isMuted: boolean): Promise<void> {
  await state.transact((tx) => {
    if (isMuted) tx.put(state.keys.muted, new Uint8Array([1]));
    else tx.delete(state.keys.muted);
    tx.after(() => {
      state.isMuted = isMuted;
      state.tell({ type: "changed" });
    });
  });
}
