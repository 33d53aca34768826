import { equalBytes } from "@conclave/codec";
import { isLabel } from "../identity/label.js";
import { type Policy, policyHash } from "../policy/policy.js";
import type { Rule } from "../policy/rule.js";
import { type Action, isRelayAddress } from "./action.js";
import { type Change, effect, type Effect } from "./change.js";
import { done, type Outcome, refused } from "./rejection.js";
import { returned } from "./returning.js";
import { addDevice, removeDevice } from "./transitionDevice.js";
import { createInvite, revokeInvite, revokeInvites } from "./transitionInvite.js";
import { add, leave, remove, setRole, transferOwnership } from "./transitionPeople.js";

/**
 * What each action does (docs/protocol.md §4): changes the draft and says what else follows, or refuses what makes no sense
 * in the state before. Whether the author may is asked elsewhere.
 */
export function transition(change: Change): Outcome<Effect> {
  const { draft } = change;
  const { action } = change.content;
  switch (action.type) {
    case "charter":
      // RULE: charter.once: a room is founded once (attack A15).
      return refused("invalid_action", "charter");
    case "add":
      return add(change, action);
    case "remove":
      return remove(change, action);
    case "leave":
      return leave(change, action);
    case "setRole":
      return setRole(change, action);
    case "transferOwnership":
      return transferOwnership(change, action);
    case "addDevice":
      return addDevice(change, action);
    case "removeDevice":
      return removeDevice(change, action);
    case "return":
      return returned(change, action);
    case "createInvite":
      return createInvite(change, action);
    case "revokeInvite":
      return revokeInvite(change, action);
    case "setPolicy":
      return setPolicy(change, action);
    case "setTitle":
      if (!isLabel(action.title)) return refused("invalid_action", "title");
      draft.setMeta({ title: action.title });
      return done(effect());
    case "setRelay":
      if (!isRelayAddress(action.relay.address)) return refused("invalid_action", "relay address");
      draft.setMeta({ relay: action.relay });
      return done(effect());
    case "seal":
      draft.setMeta({ sealed: true, changedSeq: change.seq });
      return done(effect({ revokedInvites: revokeInvites(change, () => true) }));
    case "tick":
      return done(effect());
  }
}

/**
 * Whether a policy can ever be changed again. There always is an owner, so a rule that asks for people can be met.
 *
 * RULE: policy.no-lock: rules that nobody can change are a sealed room by accident (attack A51).
 */
export function canBeChanged(policy: Policy): boolean {
  return asksPeople(policy.rules.setPolicy);
}

function asksPeople(rule: Rule): boolean {
  if (rule.kind === "anyOf") return rule.rules.some(asksPeople);
  return rule.kind !== "nobody" && rule.kind !== "self" && rule.kind !== "invite";
}

function setPolicy(change: Change, { policy }: Extract<Action, { type: "setPolicy" }>): Outcome<Effect> {
  const { crypto, before, draft, seq } = change;
  if (!canBeChanged(policy)) return refused("invalid_policy");
  if (equalBytes(policyHash(crypto, policy), before.policyHash)) return refused("invalid_action", "same policy");
  draft.setMeta({ policy, changedSeq: seq });
  return done(effect());
}
