import { equalBytes, done } from "@conclave/codec";
import { LeafKey, PersonId } from "../../encoding/ids.js";
import { effect } from "../change.js";
import { refused } from "../../policy/rejection.js";
import { countRemoval } from "../removal.js";
import { revokeInvites } from "../revocation.js";
import { memberOf, roleOf } from "../roster.js";
import { actionRule } from "./actionRule.js";

/** A device goes, its person stays. */
export interface RemoveDevice {
  readonly type: "removeDevice";
  readonly person: PersonId;
  readonly leaf: LeafKey;
}

export const removeDevice = actionRule<RemoveDevice>({
  type: "removeDevice",
  number: 8,
  fields: { person: PersonId, leaf: LeafKey },
  leastRole: "member",
  isOpenWhenSealed: (action, author) => isOwn(action, author),
  matters: (action, { author }) => (isOwn(action, author) ? [] : ["remove"]),
  roles: (action, before, author) => (isOwn(action, author.person) ? [] : [roleOf(before, action.person)]),
  subject: ({ person }) => person,
  // RULE: approval.device-out: a yes takes out the device that was in when it was given, not the same one again (attack A116).
  lastChange: ({ leaf }, { changedSeq, devices }) =>
    Math.max(changedSeq, devices.find((device) => equalBytes(device.leaf, leaf))?.addedSeq ?? 0),
  isOwn,
  apply: (change, action) => {
    const { before, draft, header } = change;
    const member = memberOf(before, action.person);
    if (member === null) return refused("not_member");
    const rest = member.devices.filter((device) => !equalBytes(device.leaf, action.leaf));
    if (rest.length === member.devices.length) return refused("not_member", "no such device");
    // RULE: device.own-leaf: no commit takes out the leaf that makes it (RFC 9420 §12.2).
    if (equalBytes(action.leaf, header.author.leaf)) return refused("own_device");
    // RULE: device.last: a person without devices would be a member whom nobody can reach: that is `leave` or `remove`.
    if (rest.length === 0) return refused("last_device");
    if (!isOwn(action, header.author.person)) {
      const limited = countRemoval(change);
      if (!limited.ok) return limited;
    }
    draft.putMember({ ...member, devices: rest });
    // RULE: device.return-revoked: a device that is taken out may hold the seed: it does not return by it (attack A62).
    const revokedInvites = revokeInvites(
      change,
      (invite) => invite.mode === "return" && equalBytes(invite.createdBy, member.person),
    );
    return done(effect({ removed: [action.leaf], person: member.person, name: member.name, revokedInvites }));
  },
});

function isOwn({ person }: RemoveDevice, author: PersonId): boolean {
  return equalBytes(person, author);
}
