import { bool, equalBytes, opaque, done, type Result } from "@conclave/codec";
import { LeafKey } from "../../encoding/ids.js";
import { MAX_CERT_BYTES } from "../../identity/leafCert.js";
import { closedReason } from "../inviteCheck.js";
import { deviceOf, newLeaf, placeOfInvite, provedInvite } from "../admission.js";
import { effect, type Newcomer } from "../change.js";
import { refused, type Rejection } from "../../policy/rejection.js";
import { revokeInvites } from "../revocation.js";
import { memberOf } from "../roster.js";
import { actionRule, type Arrival } from "./actionRule.js";

/**
 * A member who lost the device with `leaf` comes back by their recovery words, with a new one: an external commit.
 * `isLast`: the invite ends with it, because a person who holds that device may have the words' seed.
 */
export interface Return {
  readonly type: "return";
  readonly leafCert: Uint8Array;
  readonly leaf: LeafKey;
  readonly isLast: boolean;
}

export const returning = actionRule<Return>({
  type: "return",
  number: 16,
  fields: { leafCert: opaque(MAX_CERT_BYTES), leaf: LeafKey, isLast: bool },
  leastRole: "admin",
  evidence: "proof",
  // It is proved by the person themself (`comeBack`), so the policy's rules are not asked.
  // As of `openReturn`.
  isOwnAffair: true,
  newcomer: comeBack,
  placeOf: placeOfInvite,
  isOnlyAlone: true,
  // The new device takes the place of the lost one; role, rights and history stay.
  apply: (change, action) => {
    const { before, draft, header, seq, newcomer } = change;
    const { cert, invite } = newcomer!;
    const member = memberOf(before, header.author.person)!;
    const { leaf } = cert;
    const rest = member.devices.filter((each) => !equalBytes(each.leaf, action.leaf));
    draft.putMember({ ...member, devices: [...rest, deviceOf(cert, seq)] });
    // RULE: return.last: who comes back from a device that was stolen, with the seed in it, shuts that way behind them in the
    // same entry: no commit lies between in which the thief could take it again (attack A62).
    const revokedInvites = action.isLast
      ? revokeInvites(change, (each) => equalBytes(each.inviteId, invite!.inviteId))
      : [];
    return done(
      effect({
        added: [{ leaf, credential: action.leafCert }],
        removed: [action.leaf],
        person: member.person,
        name: member.name,
        inviteId: invite!.inviteId,
        revokedInvites,
      }),
    );
  },
});

/**
 * Whether somebody who lost a device is themself, and may put a new one in its place with nobody's help
 * (docs/decisions/0006). What proves it is the key of the return invite that they made while they were in: it follows from
 * the seed behind their recovery words, and is in no link.
 */
function comeBack({ crypto, before, header }: Arrival, action: Return): Result<Newcomer, Rejection> {
  const cert = newLeaf(crypto, before, action.leafCert);
  if (!cert.ok) return cert;
  const { person } = cert.value;
  const member = memberOf(before, person);
  // RULE: return.member: who is out, for whatever reason, does not come back by their words (attacks A43, A63).
  if (member === null) return refused("not_member");
  // RULE: return.own-device: what is replaced is a device of the same person (attacks A3, A63).
  if (!member.devices.some(({ leaf }) => equalBytes(leaf, action.leaf))) return refused("not_member", "no such device");
  if (header.evidence.proof === null) return refused("bad_invite_proof", "none");
  // The proof names one place in the chain: nobody carries it anywhere else, nor a second time (attacks A26, A37).
  const proved = provedInvite(crypto, before, header, cert.value, true);
  if (!proved.ok) return proved;
  const { invite } = proved.value;
  const { mode, for: meant, createdBy } = invite;
  // RULE: return.own-invite: only by an invite to return that the same person made for themself: a link never takes
  // anybody's device out, and nobody makes such an invite for another (attacks A37, A63).
  if (mode !== "return" || meant.class !== "personal") return refused("invite_not_for_you", mode);
  if (!equalBytes(meant.person, person) || !equalBytes(createdBy, person)) return refused("invite_not_for_you");
  return closedReason(invite) ?? done({ cert: cert.value, ...proved.value });
}
