/**
 * Why the relay refused a request. A closed set with stable numbers: a number is never used again for something else.
 * The sentence is for a person who reads a log; it never holds bytes of a request.
 */
export const RELAY_ERRORS = {
  bad_frame: { number: 1, sentence: "A frame could not be read." },
  hello_expected: { number: 2, sentence: "The first frame of a connection must be a hello, and only the first." },
  unsupported_version: { number: 3, sentence: "The relay speaks none of the versions that were offered." },
  too_large: { number: 4, sentence: "Something in the request is larger than this relay's limits allow." },
  rate_limited: { number: 6, sentence: "This connection, address or room does this too often; wait and try again." },
  shutting_down: { number: 7, sentence: "The relay is shutting down; connect again in a moment." },
  create_denied: { number: 10, sentence: "This relay lets only holders of its permit create rooms." },
  room_unknown: { number: 11, sentence: "The relay has no such room." },
  room_exists: { number: 12, sentence: "A room with this tag exists already, with other content." },
  stale_epoch: { number: 13, sentence: "There are commits in the log that the sender had not seen." },
  append_conflict: { number: 14, sentence: "This append id was used before, for other content." },
  proof_invalid: { number: 15, sentence: "The signature over this connection's challenge does not hold." },
  write_denied: { number: 16, sentence: "This connection has not proved a write key that the room accepts." },
  slot_unknown: { number: 17, sentence: "The room has no such slot." },
  slot_closed: { number: 18, sentence: "This slot is closed." },
  token_denied: { number: 19, sentence: "This connection has not proved the slot's token, or has used the proof up." },
  inbox_denied: { number: 20, sentence: "This connection has not proved that the inbox is its own." },
  blob_unknown: { number: 21, sentence: "The relay does not have this blob (any more)." },
  quota_exceeded: { number: 22, sentence: "The room, slot or inbox holds as much as this relay allows." },
  blob_conflict: {
    number: 23,
    sentence: "The blob has other content or another size, or lacks the chunk before this one.",
  },
} as const satisfies Record<string, { readonly number: number; readonly sentence: string }>;

/** The stable name of a refusal. */
export type RelayError = keyof typeof RELAY_ERRORS;

const BY_NUMBER = new Map(
  (Object.keys(RELAY_ERRORS) as RelayError[]).map((code) => [RELAY_ERRORS[code].number as number, code]),
);

/** The name of a number, or null for one this version does not know. */
export function relayErrorOf(number: number): RelayError | null {
  return BY_NUMBER.get(number) ?? null;
}

/** WebSocket close codes that the relay uses beside the standard ones (RFC 6455 §7.4.2: 4000 to 4999 are private). */
export const CLOSE_CODES = {
  /** No acceptable hello in time. */
  hello: 4400,
  /** Too many faulty or excessive requests. */
  strikes: 4429,
  /** The relay shuts down; the `goodbye` push before it says when to come back. */
  goingAway: 1001,
  /** Too many connections, from this address or in all. */
  crowded: 1013,
} as const;
