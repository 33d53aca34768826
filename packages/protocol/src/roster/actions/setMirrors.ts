import { done } from "@conclave/codec";
import { refused } from "../../policy/rejection.js";
import { effect } from "../change.js";
import { areSameMirrors, canBeMirrors, type Mirror, mirrorsLayout } from "../mirror.js";
import { actionRule } from "./actionRule.js";

/** These are the room's mirrors from now on. */
export interface SetMirrors {
  readonly type: "setMirrors";
  /** At most three; none ends all of them. */
  readonly mirrors: readonly Mirror[];
}

export const setMirrors = actionRule<SetMirrors>({
  type: "setMirrors",
  number: 20,
  fields: { mirrors: mirrorsLayout },
  leastRole: "member",
  // RULE: mirror.as-rules: who else is given the room's sealed log is decided by those who may change its rules (attack A88).
  matters: () => ["setPolicy"],
  isOpenWhenSealed: () => true,
  apply: ({ before, draft }, { mirrors }) => {
    if (!canBeMirrors(mirrors, before.relay)) return refused("invalid_action", "mirrors");
    if (areSameMirrors(mirrors, before.mirrors)) return refused("invalid_action", "same mirrors");
    draft.setMeta({ mirrors });
    return done(effect());
  },
});
