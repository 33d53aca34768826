import { done } from "@conclave/codec";
import { effect } from "../change.js";
import { actionRule } from "./actionRule.js";

/** Nothing but the time: what lets invites expire. */
export interface Tick {
  readonly type: "tick";
}

export const tick = actionRule<Tick>({
  type: "tick",
  number: 11,
  fields: {},
  leastRole: "admin",
  isOpenWhenSealed: () => true,
  apply: () => done(effect()),
});
