import { done, equalBytes, failed, type Result } from "@conclave/codec";
import { MAX_MIRRORS, type Mirror } from "@conclave/protocol";
import type { DecisionProgress } from "../api/invitation.js";
import type { MirrorOptions } from "../api/mirror.js";
import type { Problem } from "../api/problem.js";
import { problemOf } from "../joining/readInvite.js";
import { socketUrl } from "../relay/relayUrl.js";
import { hindering } from "../work/hindrance.js";
import { makeDecision, silenced } from "./deciding.js";
import type { RoomEngine } from "./roomEngine.js";

const UNTIL_REACHED_MS = 20_000;
const UNTIL_BROUGHT_MS = 20_000;

/** Names a relay as one of the room's mirrors, and brings it what there is. */
export async function addMirror(
  engine: RoomEngine,
  { relay, permit = new Uint8Array(0) }: MirrorOptions,
): Promise<Result<DecisionProgress, Problem>> {
  const { state, connection } = engine;
  const stopped = silenced(state) ?? hindering(state) ?? engine.sync.hindrance;
  const { room } = state;
  if (stopped || !room) return failed(stopped ?? { kind: "not_member" });
  const next = connection.find(relay);
  if (!next) return failed({ kind: "malformed", what: "relay" });
  if (connection.isAt(relay) || named(room.mirrors.all, relay)) return already("mirrors");
  if (room.mirrors.all.length >= MAX_MIRRORS) return refusedAs("invalid_action", "mirrors");
  const outlook = room.outlook(room.mirrors.with({ publicKey: new Uint8Array(32), address: next.url }), state.now());
  if (outlook.can === "no") return failed({ kind: "refused", rejection: outlook.why });
  // RULE: mirror.ready-first: a mirror that does not answer, or does not take the room, is not decided on.
  const offered = await next.use(UNTIL_REACHED_MS, async ({ relayKey }) => {
    const action = room.mirrors.with({ publicKey: relayKey, address: next.url });
    const roomTag = room.mirrors.placeOf(action.mirrors.at(-1)!).copy;
    const answer = await next.request<"offerRoom">({ type: "offerRoom", roomTag, permit });
    return answer.type === "done" ? done({ action, relayKey }) : failed(problemOf(answer));
  });
  if (!offered) return failed({ kind: "unreachable" });
  if (!offered.ok) return offered;
  const { action, relayKey } = offered.value;
  if (equalBytes(relayKey, room.roster.relay.publicKey)) return already("relay");
  const kept = await state.transact((tx) => {
    tx.put(state.keys.permit + next.url, permit);
  });
  if (!kept.ok) return kept;
  const decided = await makeDecision(engine, action);
  if (decided.ok && decided.value.done) await engine.settleMirrors(UNTIL_BROUGHT_MS);
  return decided;
}

/** Ends a mirror of the room. */
export async function removeMirror(engine: RoomEngine, address: string): Promise<Result<DecisionProgress, Problem>> {
  const { room } = engine.state;
  if (!room) return failed({ kind: "not_member" });
  const mirror = named(room.mirrors.all, address);
  if (!mirror) return failed({ kind: "unknown" });
  return makeDecision(engine, room.mirrors.without(mirror.relay.publicKey));
}

function named(mirrors: readonly Mirror[], address: string): Mirror | undefined {
  return mirrors.find(({ relay }) => socketUrl(relay.address) === socketUrl(address));
}

function already(detail: string): Result<never, Problem> {
  return refusedAs("already_so", detail);
}

function refusedAs(code: "already_so" | "invalid_action", detail: string): Result<never, Problem> {
  return failed({ kind: "refused", rejection: { code, detail } });
}
