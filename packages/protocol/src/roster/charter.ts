import { equalBytes } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { isLabel } from "../identity/label.js";
import { NO_ROOM, openLeafCert } from "../identity/leafCert.js";
import { isRelayAddress } from "./action.js";
import { effect, type Effect } from "./change.js";
import type { EntryContent } from "./entry.js";
import { done, type Outcome, refused } from "./rejection.js";
import { type DraftedRoster, emptyRoster, RosterDraft } from "./rosterDraft.js";
import { canBeChanged } from "./transition.js";

/** The first roster: what a charter founds, by the founder's own word (docs/protocol.md §4). */
export function found(
  crypto: Crypto,
  content: Omit<EntryContent, "stateHash">,
): Outcome<{ drafted: DraftedRoster; effect: Effect }> {
  const { action, author, evidence } = content;
  if (action.type !== "charter") return refused("invalid_action", "not a charter");
  const cert = openLeafCert(crypto, action.leafCert);
  // RULE: charter.founder: the founder's own leaf signs the charter, certified for no room yet (docs/protocol.md §4).
  if (cert === null || !equalBytes(cert.roomId, NO_ROOM)) return refused("bad_leaf_cert");
  if (!equalBytes(cert.person, author.person) || !equalBytes(cert.leaf, author.leaf)) return refused("author_unknown");
  const hasEvidence = evidence.approvals.length > 0 || evidence.inviteProof !== null || evidence.farewell !== null;
  // RULE: charter.first: nothing comes before a charter, neither keys nor consents (attack A15).
  if (hasEvidence || content.epoch !== 0 || content.transcript.length > 0) return refused("invalid_action", "charter");
  if (!isLabel(action.title)) return refused("invalid_action", "title");
  if (!isRelayAddress(action.relay.address)) return refused("invalid_action", "relay address");
  if (!canBeChanged(action.policy)) return refused("invalid_policy");
  const draft = new RosterDraft(emptyRoster(crypto, action));
  draft.setMeta({ chainTime: content.time });
  draft.putMember({
    person: cert.person,
    name: cert.name,
    role: "owner",
    joinedSeq: 0,
    changedSeq: 0,
    addedBy: cert.person,
    inviteId: null,
    devices: [{ leaf: cert.leaf, device: cert.device, deviceNo: cert.deviceNo, addedSeq: 0 }],
    entries: 1,
    removals: [],
  });
  const added = [{ leaf: cert.leaf, credential: action.leafCert }];
  return done({ drafted: draft.finish(crypto), effect: effect({ added, person: cert.person, name: cert.name }) });
}
