import { equalBytes, type Result } from "@conclave/codec";
import type { Problem } from "../api/problem.js";
import type { Settled } from "../api/status.js";
import { decisionOf } from "../timeline/roomView.js";
import { ended, hindrance } from "../work/hindrance.js";
import { whyLate } from "../work/movement.js";
import type { RoomEngine } from "./roomEngine.js";

/** Waits until what is to be sent is sent; fails with what is in the way. */
export function untilFlushed(engine: RoomEngine, timeout: number): Promise<Result<void, Problem>> {
  const { state } = engine;
  return engine.waiting.until(
    () =>
      ended(state) ??
      (state.outbox.size === 0 || (hindrance(state) ?? engine.sync.problem ?? engine.sender.stuck ?? false)),
    timeout,
    () => whyLate(engine),
  );
}

/** Goes on after an alarm that paused the room. */
export async function resume(engine: RoomEngine): Promise<void> {
  const { state } = engine;
  await state.transact((tx) => {
    if (state.room) state.apply(tx, state.room.resume());
    state.emit(tx, { type: "changed" });
  });
  engine.plan();
}

/** Does what is owed in the room, and says what that was. */
export async function settleRoom(engine: RoomEngine, timeout: number): Promise<Settled> {
  const { decisionLog, person } = engine.state;
  const before = decisionLog.entries.length;
  const { rekeys, slots } = engine.rounds;
  await engine.settle(timeout);
  const own = decisionLog.entries.slice(before).filter(({ decision }) => equalBytes(decision.by, person));
  const after = engine.rounds;
  return {
    decisions: own.map((entry) => decisionOf(engine.state, entry)),
    hasRekeyed: after.rekeys > rekeys,
    hasRefreshed: after.slots > slots,
  };
}
