import { equalBytes } from "@conclave/codec";
import { type Action, actionHash, type Rejection } from "@conclave/protocol";
import type { Progress } from "../view/invitation.js";
import { done, failed, type Result } from "../view/problem.js";
import type { RoomState } from "./roomState.js";

/** What speaks against who carries an action out, and not against the action. */
const OTHERS_MAY: ReadonlySet<Rejection["code"]> = new Set(["not_allowed", "above_own_role"]);

/**
 * What came of a yes to a proposal, by its hash. `said`: what came of saying it; `known`: how many decisions there were
 * before. The last yes that was needed is carried out at once by `decide`; it counts in any case: where its person's role does
 * not go so far, somebody else carries it out.
 */
export async function afterYes(
  state: RoomState,
  hash: Uint8Array,
  said: Result<void>,
  known: number,
  decide: (action: Action) => Promise<Result<Progress>>,
): Promise<Result<Progress>> {
  const hadSaid = !said.ok && said.problem.kind === "refused" && said.problem.rejection.code === "already_so";
  if (!said.ok && !hadSaid) return said;
  const proposal = state.room?.proposals().find((each) => equalBytes(each.actionHash, hash));
  if (!proposal) return isCarriedOut(state, hash, known) ? isSo(state) : failed({ kind: "unknown" });
  const { action, isAgreed, need, yes } = proposal;
  const waits = done({ done: false, actionHash: hash, have: yes.length, need } as const);
  if (!isAgreed) return hadSaid ? said : waits;
  const decided = await decide(action);
  if (decided.ok) return decided;
  // Somebody else's device did so first: what it then refuses here is what the person wanted.
  if (isCarriedOut(state, hash, known)) return isSo(state);
  const { problem } = decided;
  // The yes is stored by now, and what enough people agree to is carried out by itself.
  if (problem.kind === "unreachable" || problem.kind === "behind") return failed({ kind: "underway" });
  return problem.kind === "refused" && OTHERS_MAY.has(problem.rejection.code) ? waits : decided;
}

/** Whether an action was decided after the first so many decisions of the room. */
function isCarriedOut({ deeds, ports }: RoomState, hash: Uint8Array, known: number): boolean {
  return deeds.entries.slice(known).some(({ deed }) => equalBytes(actionHash(ports.crypto, deed.action), hash));
}

function isSo({ room }: RoomState): Result<Progress> {
  return done({ done: true, seq: room?.roster.seq ?? 0 });
}
