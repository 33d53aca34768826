import type { Crypto } from "@conclave/crypto";
import { PersonId } from "../encoding/ids.js";
import type { Invite } from "../invite/invite.js";
import { HASH_BYTES } from "../encoding/signed.js";
import { type Action, decodeAction, encodeAction } from "./action.js";
import { agreed, authorOf, changedBy, type EntryCore, newcomerBy } from "./assess.js";
import { consents, consentTo } from "./consent.js";
import { type EntryHeader, NO_EVIDENCE } from "./entryHeader.js";
import { objection } from "./permission.js";
import type { Rejection } from "../policy/rejection.js";
import { memberOf, type Roster } from "./roster.js";
import { RosterDraft } from "./rosterDraft.js";

/** What comes of an action if somebody begins it now. */
export type Outlook =
  /** It is done at once. */
  | { readonly can: "alone" }
  /** It is proposed: of `need` yeses that it takes, `have` are there, the author's own among them. */
  | { readonly can: "together"; readonly have: number; readonly need: number }
  | { readonly can: "no"; readonly why: Rejection };

/** An action that somebody might author. */
export interface Plan extends Pick<EntryHeader, "author" | "time"> {
  readonly action: Action;
}

/**
 * For screens: what would come of an action, as every member would judge it, without signing one. It is "no" exactly where
 * `authorEntry` refuses for anything but missing approvals. `approvals`: those that were signed so far.
 */
export function outlook(crypto: Crypto, before: Roster, plan: Plan, approvals: readonly Uint8Array[]): Outlook {
  const obstacle = obstacleTo(crypto, before, plan);
  if (obstacle !== null) return { can: "no", why: obstacle };
  const outcome = agreed(plan.action, consents(crypto, before, plan.action, plan.author.person, approvals));
  if (outcome.ok) return { can: "alone" };
  const { error: rejection } = outcome;
  return rejection.approvals ? { can: "together", ...rejection.approvals } : { can: "no", why: rejection };
}

/** Why an action could not be done even if everybody agreed; null when it could. */
export function obstacleTo(crypto: Crypto, before: Roster, plan: Plan): Rejection | null {
  const content = contentOf(before, plan);
  const author = authorOf(before, content);
  if (author === null) return { code: "author_unknown" };
  if (!existsIn(before, plan.action)) return { code: "malformed" };
  const objected = objection(before, plan.action, author, NO_EVIDENCE);
  if (objected !== null) return objected.error;
  const newcomer = newcomerBy(crypto, before, content, false);
  if (!newcomer.ok) return newcomer.error;
  const changed = changedBy(crypto, before, content, author, newcomer.value, (roster) => new RosterDraft(roster));
  if (!changed.ok) return changed.error;
  const { need } = consentTo(before, plan.action, author.person, new Set(before.members.keys()), null);
  return Number.isFinite(need) ? null : { code: "not_allowed" };
}

/**
 * For screens, before it is known what exactly somebody will do: their right to this kind of action. `action` stands for
 * all of its kind; whether it makes sense as it is, is not looked at.
 */
export function rightTo(before: Roster, action: Action, person: PersonId): Outlook {
  const author = memberOf(before, person);
  if (author === null) return { can: "no", why: { code: "not_member" } };
  if (!existsIn(before, action)) return { can: "no", why: { code: "malformed" } };
  const objected = objection(before, action, author, NO_EVIDENCE);
  if (objected !== null) return { can: "no", why: objected.error };
  const { have, need, satisfied } = consentTo(before, action, person, new Set(), null);
  if (satisfied) return { can: "alone" };
  return have > 0 ? { can: "together", have, need } : { can: "no", why: { code: "not_allowed" } };
}

// As everybody will read it: it may hold what the room's version does not have yet.
function existsIn({ version }: Roster, action: Action): boolean {
  return decodeAction(encodeAction(action), version) !== null;
}

/**
 * For screens: whether an open invite leads anywhere by the rules of now: one that is the permission lets its bearer in, and with one to ask
 * there is an agreement that admits them.
 */
export function letsIn(before: Roster, { role, mode, for: invited }: Invite): boolean {
  if (mode === "return") return true;
  const action = { type: "add", leafCert: new Uint8Array(0), role } as const;
  const nobody = PersonId.of(NO_HASH);
  if (mode !== "ask") return consentTo(before, action, nobody, new Set(), invited.class).satisfied;
  return Number.isFinite(consentTo(before, action, nobody, new Set(before.members.keys()), null).need);
}

const NO_HASH = new Uint8Array(HASH_BYTES);

function contentOf(before: Roster, { action, author, time }: Plan): EntryCore {
  const { roomId, seq, head: prev, policyHash } = before;
  return {
    roomId,
    seq: seq + 1,
    prev,
    epoch: 0,
    transcript: NO_HASH,
    policyHash,
    action,
    author,
    time,
    evidence: NO_EVIDENCE,
    keyCheck: null,
  };
}
