import { equalBytes, done, failed, type Result } from "@conclave/codec";
import type { Action, ActionHash, Rejection } from "@conclave/protocol";
import type { DecisionProgress } from "../api/invitation.js";
import type { Problem } from "../api/problem.js";
import type { RoomState } from "../work/roomState.js";

/** What speaks against who carries an action out, and not against the action. */
const OTHERS_MAY: ReadonlySet<Rejection["code"]> = new Set(["not_allowed", "above_own_role"]);

/**
 * What came of an approval of a proposal, by its hash: our own, or somebody's that was imported. `said`: whether the approval itself was sent; `since`: the room's newest entry
 * before that. After the last approval that was needed `decide` carries the proposal out at once. The approval counts in any
 * case: where its person's role does not go so far, somebody else carries it out.
 */
export async function afterYes(
  state: RoomState,
  hash: ActionHash,
  said: Result<void, Problem>,
  since: number,
  decide: (action: Action) => Promise<Result<DecisionProgress, Problem>>,
): Promise<Result<DecisionProgress, Problem>> {
  const hadSaid = !said.ok && said.error.kind === "refused" && said.error.rejection.code === "already_so";
  if (!said.ok && !hadSaid) return said;
  const proposal = state.room?.proposals.list().find((each) => equalBytes(each.actionHash, hash));
  if (!proposal) {
    const by = state.decisionLog.decidedSince(since, hash);
    return by ? done({ done: true, seq: by.decision.seq }) : failed({ kind: "unknown" });
  }
  const { action, isAgreed, isWanted, need, yes } = proposal;
  const waits = done({ done: false, actionHash: hash, have: yes.length, need } as const);
  if (!isAgreed || !isWanted) return hadSaid ? said : waits;
  const decided = await decide(action);
  if (decided.ok) return decided;
  const { error } = decided;
  // The approval is stored by now, and what enough people agree to is carried out by itself.
  if (error.kind === "unreachable" || error.kind === "behind") return failed({ kind: "underway" });
  return error.kind === "refused" && OTHERS_MAY.has(error.rejection.code) ? waits : decided;
}
