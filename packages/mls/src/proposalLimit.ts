import { Writer } from "@conclave/codec";
import type { Sender } from "./framing.js";
import { MlsError } from "./mlsError.js";
import { type Proposal, writeProposal } from "./proposal.js";
import type { SentProposal } from "./proposalList.js";

/** Most proposals of one sender that wait for a commit, and most bytes of each. */
const MAX_PROPOSALS = 32;
const MAX_PROPOSAL_BYTES = 1 << 18;

/**
 * RULE: mls.bounded-proposals: what one sender makes everybody keep until the next commit is bounded. Members that have had
 * the same messages refuse the same ones, so a commit names none that another member has not. @throws MlsError
 */
export function limitProposals(waiting: Iterable<SentProposal>, sender: Sender, proposal: Proposal): void {
  const name = nameOf(sender);
  let own = 0;
  for (const sent of waiting) if (nameOf(sent.sender) === name) own++;
  if (own >= MAX_PROPOSALS) throw new MlsError("too_many_proposals", "of one sender");
  if (writeProposal(new Writer(1024), proposal).finish().length > MAX_PROPOSAL_BYTES)
    throw new MlsError("too_many_proposals", "too large");
}

function nameOf(sender: Sender): string {
  if (sender.type === "member") return `member ${sender.leafIndex}`;
  return sender.type === "external" ? `external ${sender.senderIndex}` : sender.type;
}
