import { done } from "@conclave/codec";
import { refused } from "../../policy/rejection.js";
import { effect } from "../change.js";
import { areSameMirrors, canBeMirrors, type Mirror, mirrorsChanged, mirrorsLayout, OTHER_MIRRORS } from "../mirror.js";
import { actionRule } from "./actionRule.js";

/** These are the room's mirrors from now on. */
export interface SetMirrors {
  readonly type: "setMirrors";
  /** At most three: those before, but for one that is named, ended, or begun again. */
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
    // RULE: mirror.one-at-a-time: of two that are decided at once the later was made for the list before the first, and would undo it:
    // an entry that changes more than one was meant for another list (attack A88).
    if (mirrorsChanged(before.mirrors, mirrors) !== 1) return refused("invalid_action", OTHER_MIRRORS);
    draft.setMeta({ mirrors });
    return done(effect());
  },
});
