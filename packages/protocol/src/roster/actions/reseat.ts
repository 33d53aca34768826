import { done, equalBytes, opaque, optional, type Result } from "@conclave/codec";
import { LeafKey, PersonId } from "../../encoding/ids.js";
import { MAX_CERT_BYTES } from "../../identity/leafCert.js";
import { readReseatProof } from "../../invite/reseatProof.js";
import { deviceOf, newLeaf } from "../admission.js";
import { effect, type Newcomer } from "../change.js";
import { refused, type Rejection } from "../../policy/rejection.js";
import { memberOf } from "../roster.js";
import { actionRule, type Arrival } from "./actionRule.js";

/**
 * A member's device that cannot follow the room any more takes its own place again, with a new leaf: an external commit that
 * takes out the one with `leaf` (docs/decisions/0018).
 */
export interface Reseat {
  readonly type: "reseat";
  readonly leafCert: Uint8Array;
  readonly leaf: LeafKey;
  /**
   * Whose commit the device could not follow, as it claims itself; null where it does not know, or has another reason. It is no
   * proof, and may name somebody who never was in the room (docs/decisions/0019).
   */
  readonly after: PersonId | null;
}

export const reseat = actionRule<Reseat>({
  type: "reseat",
  number: 19,
  fields: { leafCert: opaque(MAX_CERT_BYTES), leaf: LeafKey, after: optional(PersonId) },
  leastRole: "member",
  // Nobody comes and nobody goes: who was shut out of a sealed room was not voted out.
  isOpenWhenSealed: () => true,
  evidence: "proof",
  placeOf: (proof) => readReseatProof(proof)?.content.place ?? null,
  isOnlyAlone: true,
  // The old leaf signs for the new one: nobody else has a say, or can carry it out.
  isOwnAffair: true,
  newcomer: comeBack,
  // The same device, with another leaf: role, rights, invites and whatever was decided about the person stay.
  apply: ({ before, draft, header, seq, newcomer }, action) => {
    const { cert } = newcomer!;
    const member = memberOf(before, header.author.person)!;
    const devices = member.devices.map((each) => (equalBytes(each.leaf, action.leaf) ? deviceOf(cert, seq) : each));
    draft.putMember({ ...member, devices });
    return done(
      effect({
        added: [{ leaf: cert.leaf, credential: action.leafCert }],
        removed: [action.leaf],
        person: member.person,
        name: member.name,
      }),
    );
  },
});

/**
 * Whether it is the same device that takes its own place again.
 *
 * RULE: reseat.claim: nobody can check whose commit a device could not follow, so `after` is not judged and decides nothing: what it
 * names brings nobody in or out, and keeps nobody from coming back (RFC 9420 has no proof about a commit's path; attacks A107,
 * A108).
 */
function comeBack({ crypto, before, header }: Arrival, action: Reseat): Result<Newcomer, Rejection> {
  const cert = newLeaf(crypto, before, action.leafCert);
  if (!cert.ok) return cert;
  const { person, leaf, device, deviceNo } = cert.value;
  const member = memberOf(before, person);
  // RULE: reseat.member: who was taken out, for whatever reason, does not come back by it (attacks A40, A108).
  if (member === null) return refused("not_member");
  const old = member.devices.find((each) => equalBytes(each.leaf, action.leaf));
  // RULE: reseat.own-leaf: what is replaced is a device of the same person that is in the room (attacks A3, A63, A108).
  if (old === undefined) return refused("not_member", "no such device");
  // RULE: reseat.same-device: a new leaf is certified by the very device that had the old one: anybody who has the leaf key alone, or
  // another device of the same person, takes nobody's place (attacks A63, A108).
  if (!equalBytes(device, old.device) || deviceNo !== old.deviceNo) return refused("bad_leaf_cert", "another device");
  const read = header.evidence.proof === null ? null : readReseatProof(header.evidence.proof);
  if (read === null) return refused("bad_reseat_proof", "unreadable");
  const { content: proof, isBy } = read;
  // RULE: reseat.proof: the old leaf says which new one takes its place, in which room: nobody uses another's (attack A108).
  const isTheirs = equalBytes(proof.person, person) && equalBytes(proof.leaf, action.leaf);
  if (!isTheirs || !equalBytes(proof.newLeaf, leaf) || !equalBytes(proof.roomId, before.roomId))
    return refused("bad_reseat_proof", "of another");
  if (!isBy(crypto, action.leaf)) return refused("bad_reseat_proof", "signature");
  // RULE: reseat.place: for one place in the chain: nobody carries it anywhere else, nor a second time (attacks A26, A108).
  if (!equalBytes(proof.place.prev, before.head) || proof.place.epoch !== header.epoch)
    return refused("bad_reseat_proof", "place");
  return done({ cert: cert.value, invite: null, sshKey: null });
}
