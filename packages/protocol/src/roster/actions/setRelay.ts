import { refused } from "../../policy/rejection.js";
import { type RelayIdentity, relayLayout } from "../relayIdentity.js";
import { actionRule } from "./actionRule.js";

/** The room moves to another relay: a number and bytes that are kept for when rooms can. Refused until then. */
export interface SetRelay {
  readonly type: "setRelay";
  readonly relay: RelayIdentity;
}

export const setRelay = actionRule<SetRelay>({
  type: "setRelay",
  number: 14,
  fields: { relay: relayLayout },
  leastRole: "owner",
  isOpenWhenSealed: () => true,
  // RULE: relay.fixed: nothing follows a room to another relay yet: members would go on with the old one, and take its word for
  // a lie.
  apply: () => refused("relay_fixed"),
});
