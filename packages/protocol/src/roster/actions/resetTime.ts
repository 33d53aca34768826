import { done } from "@conclave/codec";
import { effect } from "../change.js";
import { revokeInvites } from "../revocation.js";
import { actionRule } from "./actionRule.js";

/** The room's time becomes that of the entry, also where it ran ahead. */
export interface ResetTime {
  readonly type: "resetTime";
}

/**
 * RULE: time.reset: a clock that ran away does not end all links for ever: an owner sets the time right, in the open. No link
 * lives longer by that: what has an end is revoked in the same entry, and what was over stays so (attack A112).
 */
export const resetTime = actionRule<ResetTime>({
  type: "resetTime",
  number: 23,
  fields: {},
  leastRole: "owner",
  isOpenWhenSealed: () => true,
  apply: (change) => {
    const revokedInvites = revokeInvites(change, ({ notAfter }) => notAfter !== null);
    change.draft.setMeta({ chainTime: change.header.time });
    return done(effect({ revokedInvites }));
  },
});
