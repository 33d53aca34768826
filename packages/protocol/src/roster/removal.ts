import { compareBytes, equalBytes, toHex, done, type Result } from "@conclave/codec";
import type { InviteId } from "../encoding/ids.js";
import { type Change, effect, type Effect } from "./change.js";
import { refused, type Rejection } from "../policy/rejection.js";
import { type Member, stewardsOf } from "./roster.js";

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

/** Takes a person out of the room, with every device, and the stewards that they added. */
export function takeOut(
  { before, draft, header, seq }: Change,
  member: Member,
  banned: boolean,
  revokedInvites: readonly InviteId[],
): Result<Effect, Rejection> {
  // RULE: steward.with-sponsor: nobody who goes leaves a machine of theirs behind that reads on (attacks A40, A122).
  const gone = [member, ...stewardsOf(before, member.person)];
  // In one order for everybody: when the memory is full, the first of them is forgotten first.
  for (const { person, name } of gone.toSorted((a, b) => compareBytes(a.person, b.person))) {
    draft.deleteMember(toHex(person));
    draft.putFormer({ person, name, leftSeq: seq, banned });
  }
  // RULE: remove.every-device: a person goes with all devices (attack A60).
  const removed = gone.flatMap(({ devices }) => devices.map((device) => device.leaf));
  // No commit takes out the leaf that makes it (RFC 9420 §12.2): a steward does not carry out its sponsor's farewell.
  if (removed.some((leaf) => equalBytes(leaf, header.author.leaf))) return refused("own_device");
  return done(effect({ removed, person: member.person, name: member.name, revokedInvites }));
}
