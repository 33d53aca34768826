import { bytes32 } from "../../encoding/signed.js";
import { isLabel, MAX_LABEL_BYTES } from "../../identity/label.js";
import { equalBytes, opaque, text, u16, done, type Result } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { MAX_CERT_BYTES, NO_ROOM, openLeafCert } from "../../identity/leafCert.js";
import { canBeChanged, type Policy, policyLayout } from "../../policy/policy.js";
import { deviceOf } from "../admission.js";
import { effect, type Effect } from "../change.js";
import type { EntryHeader } from "../entryHeader.js";
import { refused, type Rejection, updateNeeded } from "../../policy/rejection.js";
import { isRelayAddress, type RelayIdentity, relayLayout } from "../relayIdentity.js";
import { type DraftedRoster, emptyRoster, RosterDraft } from "../rosterDraft.js";
import { FIRST_VERSION, ROOM_VERSION } from "../version.js";
import { actionRule } from "./actionRule.js";

/** The founding: entry 0, and only there. */
export interface Charter {
  readonly type: "charter";
  /** The version in which the room begins. */
  readonly version: number;
  readonly title: string;
  readonly policy: Policy;
  readonly relay: RelayIdentity;
  /** The founder's leaf, certified for the room id of zeros. */
  readonly leafCert: Uint8Array;
  /** 32 bytes. */
  readonly nonce: Uint8Array;
}

export const charter = actionRule<Charter>({
  type: "charter",
  number: 1,
  fields: {
    version: u16,
    title: text(MAX_LABEL_BYTES),
    policy: policyLayout,
    relay: relayLayout,
    leafCert: opaque(MAX_CERT_BYTES),
    nonce: bytes32,
  },
  // RULE: charter.once: a room is founded once (attack A15).
  apply: () => refused("invalid_action", "charter"),
});

/** The first roster: what a charter founds, by the founder's own word (docs/protocol.md §4). */
export function found(
  crypto: Crypto,
  action: Charter,
  header: EntryHeader,
): Result<{ drafted: DraftedRoster; effect: Effect }, Rejection> {
  const { author, evidence } = header;
  const cert = openLeafCert(crypto, action.leafCert);
  // RULE: charter.founder: the founder's own leaf signs the charter, certified for no room yet (docs/protocol.md §4).
  if (cert === null || !equalBytes(cert.roomId, NO_ROOM)) return refused("bad_leaf_cert");
  if (!equalBytes(cert.person, author.person) || !equalBytes(cert.leaf, author.leaf)) return refused("author_unknown");
  const hasEvidence = evidence.approvals.length > 0 || evidence.proof !== null || evidence.farewell !== null;
  // RULE: charter.first: nothing comes before a charter, neither keys nor consents (attack A15).
  if (hasEvidence || header.keyCheck !== null || header.epoch !== 0 || header.transcript.length > 0)
    return refused("invalid_action", "charter");
  if (action.version < FIRST_VERSION) return refused("invalid_action", "version");
  if (action.version > ROOM_VERSION) return updateNeeded({ by: null, version: action.version, knows: ROOM_VERSION });
  if (!isLabel(action.title)) return refused("invalid_action", "title");
  if (!isRelayAddress(action.relay.address)) return refused("invalid_action", "relay address");
  if (!canBeChanged(action.policy)) return refused("invalid_policy");
  const draft = new RosterDraft(emptyRoster(crypto, action));
  draft.setMeta({ chainTime: header.time });
  draft.putMember({
    person: cert.person,
    name: cert.name,
    role: "owner",
    joinedSeq: 0,
    joinedTenure: 0,
    changedSeq: 0,
    addedBy: cert.person,
    inviteId: null,
    devices: [deviceOf(cert, 0)],
    entries: 1,
    removals: [],
    lostSeq: 0,
  });
  const added = [{ leaf: cert.leaf, credential: action.leafCert }];
  return done({ drafted: draft.finish(crypto), effect: effect({ added, person: cert.person, name: cert.name }) });
}
