import { checked, done, equalBytes, list } from "@conclave/codec";
import { SshKey } from "../../invite/sshKey.js";
import { refused } from "../../policy/rejection.js";
import { effect } from "../change.js";
import { MAX_KEYS_AT_ONCE } from "../limit.js";
import { listedKeyOf } from "../roster.js";
import { actionRule } from "./actionRule.js";
import { isAscending } from "./allow.js";

/** SSH keys go off the room's list. People who came by one stay. */
export interface Disallow {
  readonly type: "disallow";
  /** In ascending order, none twice. */
  readonly keys: readonly SshKey[];
}

export const disallow = actionRule<Disallow>({
  type: "disallow",
  number: 22,
  fields: { keys: checked(list(SshKey, MAX_KEYS_AT_ONCE), isAscending) },
  leastRole: "member",
  // As with links: one's own right is enough for what one alone has listed, while nobody has used it. To free a used key lets
  // somebody in again, which is theirs to decide who may invite.
  matters: ({ keys }, { before, author }) => {
    const isOwn = keys.every((key) => {
      const listed = listedKeyOf(before, key);
      return listed !== null && listed.usedBy === null && listed.listers.every((lister) => equalBytes(lister, author));
    });
    return isOwn ? [] : ["invite"];
  },
  // RULE: approval.listed: a yes to take keys off the list is to how they stood there then, not to the next time (attack A48).
  lastRoomChange: ({ keys }, before) =>
    Math.max(before.changedSeq, ...keys.map((key) => listedKeyOf(before, key)?.seq ?? 0)),
  apply: ({ before, draft, seq }, { keys }) => {
    const theirs = keys.filter((key) => listedKeyOf(before, key) !== null);
    if (theirs.length === 0) return refused("key_not_listed");
    draft.deleteKeys(theirs, seq);
    return done(effect());
  },
});
