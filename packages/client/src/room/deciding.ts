import { done, failed, type Result } from "@conclave/codec";
import type { CommitRequest, JoinRequest, ActionHash } from "@conclave/protocol";
import type { DecisionProgress, RoomJoinRequest } from "../api/invitation.js";
import type { Problem } from "../api/problem.js";
import { proposalsFor, requestView } from "../timeline/requestView.js";
import { ended, hindering } from "../work/hindrance.js";
import type { RoomState } from "../work/roomState.js";
import { afterYes } from "./approving.js";
import type { RoomEngine } from "./roomEngine.js";
import { inStep, say, UNTIL_LIVE_MS } from "./saying.js";

/** Why nothing can be said or decided in the room; null while it can. */
export function silenced(state: RoomState): Problem | null {
  return ended(state) ?? (state.leaving === null ? null : { kind: "leaving" });
}

/** Has an action carried out, or proposed where others have to agree. `since`: the room's newest entry when it was wanted. */
export async function makeDecision(
  engine: RoomEngine,
  action: CommitRequest,
  since = newestOf(engine),
): Promise<Result<DecisionProgress, Problem>> {
  const stopped = silenced(engine.state) ?? hindering(engine.state);
  if (stopped) return failed(stopped);
  const brings = action.type === "add" || action.type === "addDevice";
  // What they sent may not have been asked for yet.
  if (brings && !engine.requests.findLeaf(action.leafCert)) await joinRequestsOf(engine);
  const request = brings ? (engine.requests.findLeaf(action.leafCert)?.ask ?? null) : null;
  return carryOut(engine, action, request, since);
}

async function carryOut(
  engine: RoomEngine,
  wanted: CommitRequest,
  request: JoinRequest | null,
  since = newestOf(engine),
): Promise<Result<DecisionProgress, Problem>> {
  const stopped = silenced(engine.state);
  if (stopped) return failed(stopped);
  const decided = await engine.decisions.decide(wanted, { request, isAsked: true, since });
  if (decided.ok && decided.value.done) await engine.settleSlots();
  return decided;
}

/** Approves a proposal, and carries it out where that was the last approval that it needed. */
export async function approve(engine: RoomEngine, actionHash: ActionHash): Promise<Result<DecisionProgress, Problem>> {
  const since = newestOf(engine);
  const approved = await answer(engine, (room, now) => room.proposals.approve(actionHash, now));
  return afterYes(engine.state, actionHash, approved, since, (action) => makeDecision(engine, action, since));
}

/** Says something about a proposal. A member who is leaving says nothing more. */
export function answer(engine: RoomEngine, message: Parameters<typeof say>[1]): Promise<Result<void, Problem>> {
  const stopped = silenced(engine.state);
  return stopped ? Promise.resolve(failed(stopped)) : say(engine, message);
}

/** Makes the way back into the room by the recovery words, where there is none, and puts it at the relay. */
export async function prepareReturn(engine: RoomEngine): Promise<Result<DecisionProgress, Problem>> {
  const live = await inStep(engine, UNTIL_LIVE_MS);
  if (!live.ok) return live;
  const { action, standing } = engine.returns;
  if (action) return carryOut(engine, action, null);
  if (standing === null) return failed({ kind: "unknown" });
  await engine.settleSlots();
  return done({ done: true, seq: newestOf(engine) });
}

/** The requests to join that wait at the relay. */
export async function joinRequestsOf(engine: RoomEngine): Promise<Result<readonly RoomJoinRequest[], Problem>> {
  const live = await inStep(engine, UNTIL_LIVE_MS);
  if (!live.ok) return live;
  const listed = await engine.requests.list();
  return listed.ok ? done(listed.value.flatMap((each) => requestView(engine.state, each) ?? [])) : listed;
}

/** Admits the person of a request to join. */
export async function admit(engine: RoomEngine, requestId: number): Promise<Result<DecisionProgress, Problem>> {
  const listed = await known(engine, requestId);
  if (!listed.ok) return listed;
  const opened = engine.requests.find(requestId);
  const view = opened && requestView(engine.state, opened);
  if (!view) return failed({ kind: "unknown" });
  const proposed = view.can === "alone" || view.role !== "steward" ? null : proposedBesides(engine, view.action);
  const decided = view.isAgain
    ? await admitAgain(engine, view, opened.ask)
    : proposed !== null
      ? await approve(engine, proposed)
      : await carryOut(engine, view.action, opened.ask);
  // RULE: client.admit-once: an admitted request is taken away, so that nothing admits it again (attack A99).
  if (decided.ok && decided.value.done) await engine.requests.remove(requestId);
  return decided;
}

/**
 * The proposal of somebody else to let this steward in; null where there is none, or we have one of our own. Approvals of a steward
 * name who lets it in (docs/protocol.md §4): so a second proposal would divide the yeses, and neither would get enough.
 */
function proposedBesides({ state }: RoomEngine, action: RoomJoinRequest["action"]): ActionHash | null {
  const open = state.room?.proposals.list() ?? [];
  const [first, ...others] = proposalsFor(open, action);
  return first === undefined || [first, ...others].some(({ isOwn }) => isOwn) ? null : first.actionHash;
}

/**
 * Lets somebody in again who was let in before and never came: takes out the leaf that nobody holds, and lets in the one that asks.
 * Their invite ends with the removal, so the one who admits stands for them alone. Where only the first of the two is done, they are
 * out, and told as that.
 */
async function admitAgain(
  engine: RoomEngine,
  { person, action, can }: RoomJoinRequest,
  ask: JoinRequest,
): Promise<Result<DecisionProgress, Problem>> {
  if (can !== "alone") return failed({ kind: "refused", rejection: { code: "not_allowed" } });
  const removed = await carryOut(engine, { type: "remove", person, ban: false }, null);
  if (!removed.ok || !removed.value.done) return removed;
  return carryOut(engine, action, { ...ask, inviteProof: null });
}

/** Declines a request to join. */
export async function denyRequest(engine: RoomEngine, requestId: number): Promise<Result<void, Problem>> {
  const live = await inStep(engine, UNTIL_LIVE_MS);
  if (!live.ok) return live;
  const listed = await known(engine, requestId);
  return listed.ok ? engine.requests.deny(requestId) : listed;
}

/** Asks the relay for the requests, where this one is not here. */
async function known(engine: RoomEngine, requestId: number): Promise<Result<unknown, Problem>> {
  return engine.requests.find(requestId) ? done(null) : joinRequestsOf(engine);
}

function newestOf({ state }: RoomEngine): number {
  return state.room?.roster.seq ?? 0;
}
