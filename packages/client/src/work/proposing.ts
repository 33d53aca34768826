import type { Problem } from "../api/problem.js";
import { equalBytes, done, failed, type Result } from "@conclave/codec";
import { actionHash, type Action, type Rejection } from "@conclave/protocol";
import type { DecisionProgress } from "../api/invitation.js";
import type { Movement } from "./movement.js";
import { takeBack } from "./receiving.js";

/**
 * Asks the others for their agreement, also where somebody asked for the same before: they may withdraw it. `missing`: how far
 * the action came without them.
 */
export async function propose(
  { state, sender }: Pick<Movement, "state" | "sender">,
  action: Action,
  missing: Rejection,
): Promise<Result<DecisionProgress, Problem>> {
  const hash = actionHash(state.ports.crypto, action, state.person);
  const result = await state.transact((tx): Rejection | null => {
    const room = state.room!;
    const isAsked = room.proposals.list().some(({ actionHash, isOwn }) => isOwn && equalBytes(actionHash, hash));
    if (!isAsked) {
      const proposed = room.proposals.propose(action, state.now());
      if (!proposed.ok) return proposed.error;
      const { delta, displaced } = room.proposals.note(action);
      state.apply(tx, delta);
      for (const each of displaced) takeBack(state, tx, each, { n: room.cursor.n, ending: "displaced" });
      sender.addSealed(tx, proposed.value);
    }
    // Signed, so that the last person to approve can carry it out when our device is away (docs/protocol.md §4).
    const approved = room.proposals.approve(hash, state.now());
    // Somebody who proposes the same again is told how it stands.
    if (!approved.ok) return approved.error.code === "already_so" ? null : approved.error;
    sender.addSealed(tx, approved.value);
    return null;
  });
  sender.advance();
  if (!result.ok) return result;
  if (result.value) return failed({ kind: "refused", rejection: result.value });
  const { have, need } = missing.approvals ?? { have: 0, need: 0 };
  return done({ done: false, actionHash: hash, have, need });
}
