import { done } from "@conclave/codec";
import { effect } from "../change.js";
import { refused } from "../../policy/rejection.js";
import { isRelayAddress, type RelayIdentity, relayLayout } from "../relayIdentity.js";
import { actionRule } from "./actionRule.js";

/** The room moves to another relay. */
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
  apply: ({ draft }, { relay }) => {
    if (!isRelayAddress(relay.address)) return refused("invalid_action", "relay address");
    draft.setMeta({ relay });
    return done(effect());
  },
});
