import { done, equalBytes, failed, type Result } from "@conclave/codec";
import type { DecisionProgress } from "../api/invitation.js";
import type { Problem } from "../api/problem.js";
import type { MoveOptions } from "../api/roomSession.js";
import { problemOf } from "../joining/readInvite.js";
import { hindering } from "../work/hindrance.js";
import { makeDecision, silenced } from "./deciding.js";
import type { RoomEngine } from "./roomEngine.js";

const UNTIL_REACHED_MS = 20_000;
const UNTIL_MOVED_MS = 60_000;

/** Moves the room to another relay. */
export async function moveRoom(
  engine: RoomEngine,
  { relay, permit = new Uint8Array(0) }: MoveOptions,
): Promise<Result<DecisionProgress, Problem>> {
  const { state, connection } = engine;
  const stopped = silenced(state) ?? hindering(state) ?? engine.sync.hindrance;
  const { room } = state;
  if (stopped || !room) return failed(stopped ?? { kind: "not_member" });
  const next = connection.find(relay);
  if (!next) return failed({ kind: "malformed", what: "relay" });
  if (connection.isAt(relay)) return failed({ kind: "refused", rejection: { code: "already_so", detail: "relay" } });
  const outlook = room.outlook(room.moving.to({ ...room.roster.relay, address: next.url }), state.now());
  if (outlook.can === "no") return failed({ kind: "refused", rejection: outlook.why });
  // RULE: move.ready-first: nobody is asked to follow to a relay that does not answer, or does not take the room.
  const offered = await next.use(UNTIL_REACHED_MS, async ({ relayKey }) => {
    // The same relay, at another address: it has the room.
    if (equalBytes(relayKey, room.roster.relay.publicKey)) return done(relayKey);
    const answer = await next.request<"offerRoom">({ type: "offerRoom", roomTag: room.tag, permit });
    return answer.type === "done" ? done(relayKey) : failed(problemOf(answer));
  });
  if (!offered) return failed({ kind: "unreachable" });
  if (!offered.ok) return offered;
  const kept = await state.transact((tx) => {
    tx.put(state.keys.permit + next.url, permit);
  });
  if (!kept.ok) return kept;
  const decided = await makeDecision(engine, room.moving.to({ publicKey: offered.value, address: next.url }));
  if (decided.ok && decided.value.done) await engine.settleMove(UNTIL_MOVED_MS);
  return decided;
}
