import type { RelayError } from "./errorCode.js";

const SENTENCES: Readonly<Record<RelayError, string>> = {
  bad_frame: "A frame could not be read.",
  hello_expected: "The first frame of a connection must be a hello, and only the first.",
  unsupported_version: "The relay speaks none of the versions that were offered.",
  too_large: "Something in the request is larger than this relay's limits allow.",
  rate_limited: "This connection, address or room does this too often; wait and try again.",
  shutting_down: "The relay is shutting down; connect again in a moment.",
  create_denied: "This relay lets only holders of its permit create rooms.",
  room_unknown: "The relay has no such room.",
  room_exists: "A room with this tag exists already, with other content.",
  stale_epoch: "There are commits in the log that the sender had not seen.",
  append_conflict: "This append id was used before, for other content.",
  proof_invalid: "The signature over this connection's challenge is not valid.",
  write_denied: "This connection has not proved a write key that the room accepts.",
  slot_unknown: "The room has no such slot.",
  slot_closed: "This slot is closed.",
  token_denied: "This connection has not proved the slot's token, or has used the proof up.",
  inbox_denied: "This connection has not proved that the inbox is its own.",
  blob_unknown: "The relay does not have this blob (any more).",
  quota_exceeded: "The room, slot or inbox holds as much as this relay allows.",
  blob_conflict: "The blob has other content or another size, or lacks the chunk before this one.",
  storage_full: "The relay's disk is full: it takes nothing new until its operator makes room. Reading goes on.",
  storage_busy: "Another program on the relay's machine is holding its database; try again in a moment.",
  room_damaged:
    "Something of this room is damaged on the relay's disk, so the relay does not give it out: only its operator can help.",
};

/** What a refusal of the relay means, for a person who reads a log; it never holds bytes of a request. */
export function explainRelayError(error: RelayError): string {
  return SENTENCES[error];
}
