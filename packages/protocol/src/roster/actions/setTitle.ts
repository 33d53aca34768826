import { text, done } from "@conclave/codec";
import { isLabel, MAX_LABEL_BYTES } from "../../identity/label.js";
import { effect } from "../change.js";
import { refused } from "../../policy/rejection.js";
import { actionRule } from "./actionRule.js";

/** The room gets another title. */
export interface SetTitle {
  readonly type: "setTitle";
  readonly title: string;
}

export const setTitle = actionRule<SetTitle>({
  type: "setTitle",
  number: 15,
  fields: { title: text(MAX_LABEL_BYTES) },
  leastRole: "admin",
  isOpenWhenSealed: () => true,
  apply: ({ draft }, { title }) => {
    if (!isLabel(title)) return refused("invalid_action", "title");
    draft.setMeta({ title });
    return done(effect());
  },
});
