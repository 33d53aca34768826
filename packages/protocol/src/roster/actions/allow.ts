import { checked, compareBytes, done, list, struct, text } from "@conclave/codec";
import { isComment, MAX_COMMENT_BYTES } from "../../invite/sshComment.js";
import { SshKey } from "../../invite/sshKey.js";
import { refused } from "../../policy/rejection.js";
import { effect } from "../change.js";
import { MAX_KEYS_AT_ONCE, MAX_LISTED_KEYS } from "../limit.js";
import { changesList } from "../listedKey.js";
import { listedKeyOf } from "../roster.js";
import { actionRule } from "./actionRule.js";

/** SSH keys come onto the room's list: by an invite for listed keys, each lets in one person, once. */
export interface Allow {
  readonly type: "allow";
  /** In ascending order of the keys, none twice: see {@link sortedKeys}. */
  readonly keys: readonly { readonly key: SshKey; readonly comment: string }[];
}

export const allow = actionRule<Allow>({
  type: "allow",
  number: 21,
  fields: {
    keys: checked(
      list(struct({ key: SshKey, comment: text(MAX_COMMENT_BYTES) }), MAX_KEYS_AT_ONCE),
      (keys) => isAscending(keys.map(({ key }) => key)) && keys.every(({ comment }) => isComment(comment)),
    ),
  },
  leastRole: "member",
  // As for a link: it gives nothing that a link doesn't.
  matters: () => ["invite"],
  // RULE: approval.unlisted: a yes to list keys is void once any was taken off the list, so none brings one back (attack A48).
  lastRoomChange: (_, { changedSeq, unlistedSeq }) => Math.max(changedSeq, unlistedSeq),
  apply: ({ before, draft, header, seq }, { keys }) => {
    const { person } = header.author;
    const more = keys.filter(({ key }) => listedKeyOf(before, key) === null);
    // RULE: ssh.limit: the list stays of a size that every device can hold (attack A83).
    if (before.listedKeys.size + more.length > MAX_LISTED_KEYS) return refused("key_limit");
    for (const { key, comment } of keys) {
      // A key that somebody used stays as it is: to list a file again lets nobody in twice.
      if (!changesList(before, key, person)) continue;
      const listed = listedKeyOf(before, key);
      if (listed === null) draft.putKey({ key, comment, listers: [person], seq, usedBy: null, usedSeq: 0 });
      else draft.putKey({ ...listed, listers: [...listed.listers, person] });
    }
    return done(effect());
  },
});

/** Keys in the order in which an action names them, each once. */
export function sortedKeys<T extends { readonly key: SshKey }>(keys: readonly T[]): readonly T[] {
  const sorted = keys.toSorted((a, b) => compareBytes(a.key, b.key));
  return sorted.filter(({ key }, at) => at === 0 || compareBytes(sorted[at - 1]!.key, key) < 0);
}

/** Whether there is a key, and they are in ascending order, none twice: one list is one action. */
export function isAscending(keys: readonly SshKey[]): boolean {
  return keys.length > 0 && keys.every((key, at) => at === 0 || compareBytes(keys[at - 1]!, key) < 0);
}
