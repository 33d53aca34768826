import type { Failure } from "@conclave/codec";
import type { AppendRequest } from "@conclave/wire";
import { refuse, type Refusal } from "./refusal.js";

/** The longest message on probation: the fourth of the sizes that envelopes have, and what sealing adds to it. */
const PAYLOAD_BYTES = 17 * 1024;
/** The largest roster record on probation. */
const ATTACHMENT_BYTES = 8 * 1024;
/** How long who is on probation waits before trying again: members who are there follow a join within seconds. */
const RETRY_MS = 2000;

/** What a connection is told that asks for what nobody may do on probation. */
export function onProbation(): Failure<Refusal> {
  return refuse("on_probation", RETRY_MS);
}

/** Why an append is not taken from somebody on probation, or null. */
export function appendOnProbation({ kind, payload, attachment, deliveries }: AppendRequest): Failure<Refusal> | null {
  // RULE: probation.talks-only: a key that came by an invite or by a retired key talks, and joins: it fills no inbox and writes
  // nothing large, for it may be that of somebody who only has a link, or was removed (attack A109).
  const isSmall = attachment.length <= ATTACHMENT_BYTES && (kind === "commit" || payload.length <= PAYLOAD_BYTES);
  return isSmall && deliveries.length === 0 ? null : onProbation();
}
