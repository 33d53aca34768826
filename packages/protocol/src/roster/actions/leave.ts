import { equalBytes } from "@conclave/codec";
import { PersonId } from "../../encoding/ids.js";
import { openFarewell } from "../farewell.js";
import { refused } from "../../policy/rejection.js";
import { isAuthor, takeOut } from "../removal.js";
import { revokeInvitesBy } from "../revocation.js";
import { memberOf, memberOfLeaf } from "../roster.js";
import { actionRule } from "./actionRule.js";

/** A person goes; the entry's evidence holds their signed farewell. Anyone may carry it out. */
export interface Leave {
  readonly type: "leave";
  readonly person: PersonId;
}

export const leave = actionRule<Leave>({
  type: "leave",
  number: 4,
  fields: { person: PersonId },
  leastRole: "member",
  isStewards: true,
  isOpenWhenSealed: () => true,
  evidence: "farewell",
  subject: ({ person }) => person,
  apply: (change, action) => {
    const { crypto, before, header } = change;
    const member = memberOf(before, action.person);
    if (member === null) return refused("not_member");
    if (isAuthor(change, member)) return refused("own_device", "leave");
    const { farewell } = header.evidence;
    const opened = farewell === null ? null : openFarewell(crypto, farewell);
    // RULE: leave.farewell: only one's own signed word, for this room and from a device still in it, makes one leave (attack A61).
    const isTheirs =
      opened !== null &&
      equalBytes(opened.roomId, before.roomId) &&
      equalBytes(opened.person, member.person) &&
      memberOfLeaf(before, opened.leaf) === member;
    if (!isTheirs) return refused("bad_farewell");
    return takeOut(change, member, false, revokeInvitesBy(change, member.person));
  },
});
