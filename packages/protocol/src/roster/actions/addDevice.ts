import { equalBytes, opaque, done } from "@conclave/codec";
import { MAX_CERT_BYTES } from "../../identity/leafCert.js";
import { certifiedPerson, deviceOf, newLeaf } from "../admission.js";
import { effect } from "../change.js";
import { MAX_DEVICES } from "../limit.js";
import { refused } from "../../policy/rejection.js";
import { actionRule } from "./actionRule.js";

/** Another device of the author's person. */
export interface AddDevice {
  readonly type: "addDevice";
  readonly leafCert: Uint8Array;
}

export const addDevice = actionRule<AddDevice>({
  type: "addDevice",
  number: 7,
  fields: { leafCert: opaque(MAX_CERT_BYTES) },
  leastRole: "member",
  isOpenWhenSealed: () => true,
  matters: () => ["addDevice"],
  subject: ({ leafCert }, crypto) => certifiedPerson(crypto, leafCert),
  // RULE: approval.device-in: a yes lets a device in once: it is void once a device of that person was taken out (attack A116).
  lastChange: (_, { changedSeq, lostSeq }) => Math.max(changedSeq, lostSeq),
  // A device is added by its person only (`device.sponsor`).
  isOwn: () => true,
  apply: (change, action) => {
    const { crypto, before, draft, seq } = change;
    const cert = newLeaf(crypto, before, action.leafCert);
    if (!cert.ok) return cert;
    const member = change.author!;
    const { person, leaf } = cert.value;
    // RULE: device.sponsor: a certificate alone brings no device in; another leaf of the same person does (attacks A9, A62).
    if (!equalBytes(person, member.person)) return refused("no_sponsor");
    if (member.devices.length >= MAX_DEVICES) return refused("device_limit");
    draft.putMember({ ...member, devices: [...member.devices, deviceOf(cert.value, seq)] });
    return done(effect({ added: [{ leaf, credential: action.leafCert }], person, name: member.name }));
  },
});
