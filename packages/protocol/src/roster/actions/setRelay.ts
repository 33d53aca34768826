import { done, equalBytes, u53 } from "@conclave/codec";
import { bytes32 } from "../../encoding/signed.js";
import { refused } from "../../policy/rejection.js";
import { effect } from "../change.js";
import { isRelayAddress, type RelayIdentity, relayLayout } from "../relayIdentity.js";
import { actionRule } from "./actionRule.js";

/** The room moves to another relay: its log goes on there, right behind this entry's commit. */
export interface SetRelay {
  readonly type: "setRelay";
  /** Whose receipts count from the next record on. */
  readonly relay: RelayIdentity;
  /** How long the log was, as far as the author had read it. No verdict depends on the log: it only tells people. */
  readonly n: number;
  /** The log's head there. */
  readonly logHead: Uint8Array;
}

export const setRelay = actionRule<SetRelay>({
  type: "setRelay",
  number: 14,
  fields: { relay: relayLayout, n: u53, logHead: bytes32 },
  leastRole: "owner",
  isOpenWhenSealed: () => true,
  apply: ({ before, draft }, { relay }) => {
    // RULE: relay.address: as in a charter: where the room moves is an address that every member's app can dial (attack A78).
    if (!isRelayAddress(relay.address)) return refused("invalid_action", "relay address");
    // A mirror that becomes the room's relay is no longer one.
    const mirrors = before.mirrors.filter((mirror) => !equalBytes(mirror.relay.publicKey, relay.publicKey));
    draft.setMeta({ relay, mirrors });
    return done(effect());
  },
});
