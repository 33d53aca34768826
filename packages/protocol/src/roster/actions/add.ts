import { equalBytes, opaque, toHex, done, type Result, type Failure } from "@conclave/codec";
import { type LeafCert, MAX_CERT_BYTES } from "../../identity/leafCert.js";
import { type Invite, inviteLimit } from "../../invite/invite.js";
import { closedReason } from "../inviteCheck.js";
import { isAtLeast, type Role, roleLayout } from "../../policy/role.js";
import { certifiedPerson, deviceOf, newLeaf, placeOfInvite, provedInvite } from "../admission.js";
import { effect, type Newcomer } from "../change.js";
import { MAX_MEMBERS, MAX_STEWARDS } from "../limit.js";
import { refused, type Rejection } from "../../policy/rejection.js";
import { memberOf, type Roster, stewardsOf } from "../roster.js";
import { tenureAfter } from "../tally.js";
import { actionRule, type Arrival } from "./actionRule.js";

/** A person comes in, with one device. By an invite when the entry has an invite proof. */
export interface Add {
  readonly type: "add";
  readonly leafCert: Uint8Array;
  readonly role: Role;
}

export const add = actionRule<Add>({
  type: "add",
  number: 2,
  fields: { leafCert: opaque(MAX_CERT_BYTES), role: roleLayout },
  leastRole: "member",
  isStewards: true,
  evidence: "proof",
  // RULE: permission.role-given: giving more than membership takes the rule for roles too, whichever way it is given.
  matters: ({ role }, { isInvited }) => (isInvited || !isAtLeast(role, "admin") ? ["add"] : ["add", "setRole"]),
  roles: ({ role }) => [role],
  // RULE: steward.sponsor: who agrees to a steward agrees to whose it is: it goes with that person (attack A122).
  isAuthors: ({ role }) => role === "steward",
  subject: ({ leafCert }, crypto) => certifiedPerson(crypto, leafCert),
  newcomer: admit,
  placeOf: placeOfInvite,
  apply: (change, { leafCert, role }) => {
    const { draft, seq, author } = change;
    const { cert, invite, sshKey } = change.newcomer!;
    const inviteId = invite?.inviteId ?? null;
    draft.putMember({
      person: cert.person,
      name: cert.name,
      role,
      joinedSeq: seq,
      joinedTenure: tenureAfter(change.before, author),
      changedSeq: seq,
      addedBy: author?.person ?? cert.person,
      inviteId,
      devices: [deviceOf(cert, seq)],
      entries: 0,
      removals: [],
      lostSeq: 0,
    });
    draft.deleteFormer(toHex(cert.person));
    if (invite !== null) draft.putInvite({ ...invite, uses: Math.min(invite.uses + 1, inviteLimit(invite)) });
    if (sshKey !== null) draft.putKey({ ...sshKey, usedBy: cert.person, usedSeq: seq });
    const added = [{ leaf: cert.leaf, credential: leafCert }];
    return done(effect({ added, person: cert.person, name: cert.name, inviteId, sshKey }));
  },
});

/** Who comes in, and by which invite (docs/protocol.md §7). */
function admit({ crypto, before, header, isDirect }: Arrival, action: Add): Result<Newcomer, Rejection> {
  const cert = newLeaf(crypto, before, action.leafCert);
  if (!cert.ok) return cert;
  const { person } = cert.value;
  if (memberOf(before, person) !== null) return refused("already_member");
  // RULE: newcomer.room: tree and roster stay of a size that every device can hold (attack A83).
  if (before.members.size >= MAX_MEMBERS) return refused("member_limit");
  // RULE: steward.few: one person brings a few machines and no crowd (attack A83).
  if (action.role === "steward" && stewardsOf(before, header.author.person).length >= MAX_STEWARDS)
    return refused("steward_limit");
  const { proof } = header.evidence;
  if (proof === null)
    return isDirect ? refused("author_unknown") : done({ cert: cert.value, invite: null, sshKey: null });
  const proved = provedInvite(crypto, before, header, cert.value, isDirect);
  if (!proved.ok) return proved;
  const objection = objectionTo(proved.value.invite, before, cert.value, action, isDirect);
  return objection ?? done({ cert: cert.value, ...proved.value });
}

function objectionTo(
  invite: Invite,
  before: Roster,
  cert: LeafCert,
  action: Add,
  isDirect: boolean,
): Failure<Rejection> | null {
  // RULE: invite.revoked: a link that was withdrawn lets nobody in (attack A40).
  // RULE: invite.expired: by the time of the chain before, which no newcomer's clock moves (attacks A33, A34, A39).
  // RULE: invite.used-up: uses are counted in the chain, so of two at once one comes in (attack A38).
  const closed = closedReason(invite);
  if (closed !== null) return closed;
  // RULE: invite.personal: a personal invite is for its person only.
  if (invite.for.class === "personal" && !equalBytes(invite.for.person, cert.person))
    return refused("invite_not_for_you");
  // RULE: invite.role: a link gives the role that it says, no other (attack A11).
  if (action.role !== invite.role) return refused("invite_wrong_role");
  // RULE: invite.mode: where one has to ask, nobody comes in by themself; and a direct link is its bearer's alone.
  if (isDirect !== (invite.mode === "direct")) return refused("invite_needs_admission");
  // RULE: invite.banned: who is banned does not return by a link (attack A43).
  return before.former.get(toHex(cert.person))?.banned === true ? refused("banned") : null;
}
