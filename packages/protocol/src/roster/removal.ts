import { equalBytes, toHex, done, type Result } from "@conclave/codec";
import type { InviteId } from "../encoding/ids.js";
import { type Change, effect, type Effect } from "./change.js";
import { refused, type Rejection } from "../policy/rejection.js";
import type { Member } from "./roster.js";

/**
 * Counts a removal towards the author's limit, and refuses it beyond.
 *
 * RULE: remove.rate: one person shows out a few at a time only, and then others must have acted in between (attack A53).
 */
export function countRemoval({ before, draft, author }: Change): Result<null, Rejection> {
  const { removals: limit } = before.policy.settings;
  if (limit === null) return done(null);
  const member = author!;
  const byOthers = before.seq + 1 - member.entries;
  const recent = member.removals.filter((at) => byOthers - at < limit.entries);
  if (recent.length >= limit.count) return refused("rate_limited");
  draft.putMember({ ...member, removals: [...recent, byOthers] });
  return done(null);
}

/** Whether somebody acts on themselves. Nobody can commit their own leaf's removal (RFC 9420 §12.2). */
export function isAuthor({ author }: Change, member: Member): boolean {
  return author !== null && equalBytes(author.person, member.person);
}

/** Takes a person out of the room, with every device. */
export function takeOut(
  { draft, seq }: Change,
  { person, name, devices }: Member,
  banned: boolean,
  revokedInvites: readonly InviteId[],
): Effect {
  draft.deleteMember(toHex(person));
  draft.putFormer({ person, name, leftSeq: seq, banned });
  // RULE: remove.every-device: a person goes with all devices (attack A60).
  const removed = devices.map((device) => device.leaf);
  return effect({ removed, person, name, revokedInvites });
}
