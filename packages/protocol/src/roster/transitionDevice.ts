import { equalBytes } from "@conclave/codec";
import type { Action } from "./action.js";
import { newLeaf } from "./admission.js";
import { type Change, effect, type Effect } from "./change.js";
import { MAX_DEVICES } from "./limit.js";
import { done, type Outcome, refused } from "./rejection.js";
import { memberOf } from "./roster.js";
import { revokeInvites } from "./transitionInvite.js";
import { countRemoval } from "./transitionPeople.js";

/** Another device of the author comes in. */
export function addDevice(change: Change, action: Extract<Action, { type: "addDevice" }>): Outcome<Effect> {
  const { crypto, before, draft, seq } = change;
  const cert = newLeaf(crypto, before, action.leafCert);
  if (!cert.ok) return cert;
  const member = change.author!;
  const { person, leaf, device, deviceNo } = cert.value;
  // RULE: device.sponsor: a certificate alone brings no device in; another leaf of the same person does (attacks A9, A62).
  if (!equalBytes(person, member.person)) return refused("no_sponsor");
  if (member.devices.length >= MAX_DEVICES) return refused("device_limit");
  draft.putMember({ ...member, devices: [...member.devices, { leaf, device, deviceNo, addedSeq: seq }] });
  return done(effect({ added: [{ leaf, credential: action.leafCert }], person, name: member.name }));
}

/** A device goes, its person stays. */
export function removeDevice(change: Change, action: Extract<Action, { type: "removeDevice" }>): Outcome<Effect> {
  const { before, draft, content } = change;
  const member = memberOf(before, action.person);
  if (member === null) return refused("not_member");
  const rest = member.devices.filter((device) => !equalBytes(device.leaf, action.leaf));
  if (rest.length === member.devices.length) return refused("not_member", "no such device");
  // RULE: device.own-leaf: no commit takes out the leaf that makes it (RFC 9420 §12.2).
  if (equalBytes(action.leaf, content.author.leaf)) return refused("own_device");
  // RULE: device.last: a person without devices would be a member whom nobody can reach: that is `leave` or `remove`.
  if (rest.length === 0) return refused("last_device");
  if (!equalBytes(member.person, content.author.person)) {
    const limited = countRemoval(change);
    if (!limited.ok) return limited;
  }
  draft.putMember({ ...member, devices: rest });
  draft.setMeta({ generation: before.generation + 1 });
  // RULE: device.return-revoked: a device that is taken out may hold the seed: it does not return by it (attack A62).
  const revokedInvites = revokeInvites(
    change,
    (invite) => invite.mode === "return" && equalBytes(invite.createdBy, member.person),
  );
  return done(effect({ removed: [action.leaf], person: member.person, name: member.name, revokedInvites }));
}
