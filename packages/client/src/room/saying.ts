import { done, failed, type Result } from "@conclave/codec";
import type { OutgoingMessage, Room, Rejection } from "@conclave/protocol";
import type { Problem } from "../api/problem.js";
import { hindering } from "../work/hindrance.js";
import type { RoomEngine } from "./roomEngine.js";
import type { Transaction } from "../store/transaction.js";

/** How long something waits for the room to be at the relay's head (ms). */
export const UNTIL_LIVE_MS = 30_000;

/** Resolves when the room is at the relay's head; else with the reason that it is not. */
export function inStep(engine: RoomEngine, timeout: number): Promise<Result<void, Problem>> {
  return engine.waiting.until(
    () => !engine.mayBeAnswered && (hindering(engine.state) ?? engine.sync.problem ?? engine.sync.isLive),
    timeout,
    () =>
      hindering(engine.state) ??
      (engine.connection.welcome ? (engine.sync.refusal ?? { kind: "behind" }) : { kind: "unreachable" }),
  );
}

/**
 * Says one of the protocol's own messages in the room, once it is in step; `also` is kept with it, or neither is. The
 * message is durable when this resolves, and sent by itself.
 */
export async function say(
  engine: RoomEngine,
  message: (room: Room, now: number) => Result<OutgoingMessage, Rejection>,
  also: (tx: Transaction) => void = () => undefined,
): Promise<Result<void, Problem>> {
  const live = await inStep(engine, UNTIL_LIVE_MS);
  if (!live.ok) return live;
  const { state } = engine;
  const said = await state.transact((tx): Problem | null => {
    const outcome = message(state.room!, state.now());
    if (!outcome.ok) return { kind: "refused", rejection: outcome.error };
    engine.sender.addSealed(tx, outcome.value);
    also(tx);
    state.emit(tx, { type: "changed" });
    return null;
  });
  engine.plan();
  if (!said.ok) return said;
  return said.value ? failed(said.value) : done(undefined);
}
