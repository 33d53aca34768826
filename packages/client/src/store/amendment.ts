import {
  encode,
  equalBytes,
  list,
  opaque,
  optional,
  stored,
  struct,
  text,
  u53,
  u8,
  versioned,
  boxed,
} from "@conclave/codec";
import { isAtLeast, memberOf, type Message, PersonId, type Roster } from "@conclave/protocol";
import { type ReactionRecord, toggled } from "./reaction.js";

/** What was done to one message since it was sent, by those who are allowed to (docs/protocol.md §9). */
export interface Amendment {
  readonly edit: { readonly body: Uint8Array; readonly time: number; readonly n: number } | null;
  readonly deletion: { readonly by: PersonId; readonly time: number; readonly n: number } | null;
  readonly reactions: readonly ReactionRecord[];
}

/** A message that something may be done to. */
export type Target = Pick<Message, "author" | "kind">;

/** What one message does to another. */
export type Act = Pick<Message, "kind" | "author" | "body" | "time" | "n" | "authorGone">;

/** Nothing was done to it. */
export const UNAMENDED: Amendment = { edit: null, deletion: null, reactions: [] };

const decoder = new TextDecoder();
const KINDS: ReadonlySet<string> = new Set(["edit", "delete", "remove", "reaction"]);

/** Whether messages of this kind do something to another one, and are no lines themselves. */
export function isAmendment(kind: string): boolean {
  return KINDS.has(kind);
}

/**
 * What a message is like after an act; null when the act does not count. The same for all who have the same log.
 *
 * RULE: conversation.acts-of-members: a person who is not in the room any more changes nothing in it (attack A72).
 */
export function amend(before: Amendment, target: Target, act: Act, roster: Roster | null): Amendment | null {
  if (before.deletion !== null || act.authorGone) return null;
  const isAuthor = equalBytes(act.author, target.author);
  const { body, time, n } = act;
  switch (act.kind) {
    case "edit":
      // RULE: conversation.edit-by-author: nobody puts words into somebody else's mouth (attack A72).
      if (!isAuthor || target.kind !== "text" || body.length === 0) return null;
      return { ...before, edit: { body, time, n } };
    case "delete":
      // RULE: conversation.delete-by-author: nobody deletes what somebody else said (attack A72).
      return isAuthor ? { ...UNAMENDED, deletion: { by: act.author, time, n } } : null;
    case "remove":
      // RULE: conversation.remove-by-role: it takes an admin, and nobody above them, by the roster at that place of the log (attack A72).
      return mayRemove(roster, act.author, target.author)
        ? { ...UNAMENDED, deletion: { by: act.author, time, n } }
        : null;
    case "reaction": {
      // RULE: conversation.reaction-own: a reaction is its sender's, and takes away nobody else's (attack A72).
      const reactions = toggled(before.reactions, act.author, body.length === 0 ? null : decoder.decode(body));
      return reactions && { ...before, reactions };
    }
    default:
      return null;
  }
}

/** Whether a person's role lets them remove messages of another one. A person who is gone has no role to respect. */
export function mayRemove(roster: Roster | null, person: PersonId, author: PersonId): boolean {
  const member = roster && memberOf(roster, person);
  if (!member || !isAtLeast(member.role, "admin")) return false;
  const other = memberOf(roster, author);
  return other === null || isAtLeast(member.role, other.role);
}

const layout = versioned(
  1,
  struct<Amendment>({
    edit: optional(struct({ body: opaque(), time: u53, n: u53 })),
    deletion: optional(struct({ by: boxed(PersonId), time: u53, n: u53 })),
    reactions: list(struct<ReactionRecord>({ emoji: text(), people: list(boxed(PersonId)) })),
  }),
  u8,
);

export function encodeAmendment(amendment: Amendment): Uint8Array {
  return encode(amendment, layout.write);
}

/** @throws TypeError when the stored bytes are damaged, or of a newer version. */
export function decodeAmendment(bytes: Uint8Array): Amendment {
  return stored("amendment", bytes, layout);
}
