import { done, type Result } from "@conclave/codec";
import type { Problem } from "../api/problem.js";
import type { FreshnessCheck } from "../api/status.js";
import { named } from "../timeline/roomView.js";
import { hindering } from "../work/hindrance.js";
import type { RoomEngine } from "./roomEngine.js";
import { inStep } from "./saying.js";

/** Asks those whose word it takes to confirm the list of members, and waits for them. */
export async function checkNow(engine: RoomEngine, timeout: number): Promise<Result<FreshnessCheck, Problem>> {
  const { state, probes, waiting } = engine;
  const began = state.now();
  const live = await inStep(engine, timeout);
  if (!live.ok) return live;
  const { freshness } = state;
  const isAlone = freshness.needed === 0;
  const asked = isAlone ? began : probes.ask();
  const left = Math.max(0, timeout - (state.now() - began));
  const isAnswered = () => freshness.answered(asked) !== null;
  const waited = await waiting.until(() => hindering(state) ?? isAnswered(), left);
  const stopped = waited.ok ? null : hindering(state);
  if (stopped) return { ok: false, error: stopped };
  return done({
    isConfirmed: isAnswered(),
    answeredBy: freshness.answeredBy(asked).map((person) => named(state, person)),
    took: state.now() - began,
    freshness: freshness.get(),
  });
}
