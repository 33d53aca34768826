import { done } from "@conclave/codec";
import { hasSay } from "../../policy/role.js";
import { refused } from "../../policy/rejection.js";
import { effect } from "../change.js";
import { actionRule } from "./actionRule.js";

/** Nothing but the time: what lets invites expire. A steward's goes no farther than the links that it closes. */
export interface Tick {
  readonly type: "tick";
}

export const tick = actionRule<Tick>({
  type: "tick",
  number: 11,
  fields: {},
  leastRole: "admin",
  isStewards: true,
  isOpenWhenSealed: () => true,
  apply: ({ before, draft, header, author }) => {
    if (hasSay(author!.role)) return done(effect());
    const over = [...before.openInvites.values()].flatMap(({ notAfter }) => notAfter ?? []);
    const ended = over.filter((notAfter) => notAfter < header.time);
    // RULE: steward.tick: a steward's clock closes links with an end, and does nothing else: each entry of it closes one at least, and
    // the room's time goes no farther than to just behind the last of them (attacks A39, A112, A122).
    if (ended.length === 0) return refused("invalid_action", "nothing has ended");
    draft.setMeta({ chainTime: Math.max(before.chainTime, ...ended.map((notAfter) => notAfter + 1)) });
    return done(effect());
  },
});
