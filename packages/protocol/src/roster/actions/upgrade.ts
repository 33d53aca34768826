import { done, u16 } from "@conclave/codec";
import { refused } from "../../policy/rejection.js";
import { effect } from "../change.js";
import { actionRule } from "./actionRule.js";

/** The room moves to its next version, with all that exists in it. */
export interface Upgrade {
  readonly type: "upgrade";
  readonly version: number;
}

/**
 * Number, form and rule are the same in every version, so that every app can judge a move to a version that it does not know. The
 * state after it is digested in the form of the version before.
 */
export const upgrade = actionRule<Upgrade>({
  type: "upgrade",
  number: 18,
  fields: { version: u16 },
  leastRole: "admin",
  isOpenWhenSealed: () => true,
  // RULE: permission.upgrade: a new version is new rules, so it takes the rule for changing them (attack A104).
  matters: () => ["setPolicy"],
  apply: ({ before, draft, seq }, { version }) => {
    // RULE: upgrade.next: versions come one after the other, so nobody's app has to skip rules that it does not know.
    if (version !== before.version + 1) return refused("invalid_action", "version");
    draft.setMeta({ version, changedSeq: seq });
    return done(effect());
  },
});
