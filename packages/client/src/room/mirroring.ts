import { done, equalBytes, failed, type Result } from "@conclave/codec";
import { type CommitRequest, MAX_MIRRORS, type Mirror, OTHER_MIRRORS, type Room } from "@conclave/protocol";
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
/** How often it is decided on where others change the mirrors at the same time. */
const MOST_TRIES = 3;

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
  const outlook = room.outlook(
    room.mirrors.with(room.mirrors.at({ publicKey: new Uint8Array(32), address: next.url })),
    state.now(),
  );
  if (outlook.can === "no") return failed({ kind: "refused", rejection: outlook.why });
  // RULE: mirror.ready-first: a mirror that does not answer, or does not take the room, is not decided on.
  const offered = await next.use(UNTIL_REACHED_MS, async ({ relayKey }) => {
    const mirror = room.mirrors.at({ publicKey: relayKey, address: next.url });
    const roomTag = room.mirrors.placeOf(mirror).copy;
    const answer = await next.request<"offerRoom">({ type: "offerRoom", roomTag, permit });
    return answer.type === "done" ? done(mirror) : failed(problemOf(answer));
  });
  if (!offered) return failed({ kind: "unreachable" });
  if (!offered.ok) return offered;
  const mirror = offered.value;
  if (equalBytes(mirror.relay.publicKey, room.roster.relay.publicKey)) return already("relay");
  const kept = await state.transact((tx) => {
    tx.put(state.keys.permit + next.url, permit);
  });
  if (!kept.ok) return kept;
  const decided = await decideOn(engine, ({ mirrors }) =>
    named(mirrors.all, relay) ? already("mirrors") : done(mirrors.with(mirror)),
  );
  if (decided.ok && decided.value.done) await engine.settleMirrors(UNTIL_BROUGHT_MS);
  return decided;
}

/** Ends a mirror of the room. */
export async function removeMirror(engine: RoomEngine, address: string): Promise<Result<DecisionProgress, Problem>> {
  const { room } = engine.state;
  if (!room) return failed({ kind: "not_member" });
  return decideOn(engine, ({ mirrors }) => {
    const mirror = named(mirrors.all, address);
    return mirror ? done(mirrors.without(mirror.relay.publicKey)) : failed({ kind: "unknown" });
  });
}

/**
 * Decides on a change of the mirrors, and once more where somebody else changed others first: both are done.
 *
 * RULE: mirror.both-named: who names a mirror means that one, and not the list of all (attack A88).
 */
async function decideOn(
  engine: RoomEngine,
  change: (room: Room) => Result<CommitRequest, Problem>,
): Promise<Result<DecisionProgress, Problem>> {
  for (let tries = 1; ; tries++) {
    const action = change(engine.state.room!);
    if (!action.ok) return action;
    const decided = await makeDecision(engine, action.value);
    if (decided.ok || tries === MOST_TRIES || !isOvertaken(decided.error)) return decided;
  }
}

function isOvertaken(problem: Problem): boolean {
  if (problem.kind !== "refused") return false;
  const { code, detail } = problem.rejection;
  return code === "invalid_action" && detail === OTHER_MIRRORS;
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
