/** Why the relay refused a request. A closed set with stable numbers: a number is never reused for something else. */
export const RELAY_ERRORS = {
  bad_frame: 1,
  hello_expected: 2,
  unsupported_version: 3,
  too_large: 4,
  rate_limited: 6,
  shutting_down: 7,
  create_denied: 10,
  room_unknown: 11,
  room_exists: 12,
  stale_epoch: 13,
  append_conflict: 14,
  proof_invalid: 15,
  write_denied: 16,
  slot_unknown: 17,
  slot_closed: 18,
  token_denied: 19,
  inbox_denied: 20,
  blob_unknown: 21,
  quota_exceeded: 22,
  blob_conflict: 23,
  storage_full: 24,
  storage_busy: 25,
  room_damaged: 26,
  on_probation: 27,
  room_recovering: 28,
  unlinked: 29,
  room_deleted: 30,
} as const satisfies Record<string, number>;

/** The stable name of a refusal. */
export type RelayError = keyof typeof RELAY_ERRORS;

const BY_NUMBER = new Map(
  (Object.keys(RELAY_ERRORS) as RelayError[]).map((code) => [RELAY_ERRORS[code] as number, code]),
);

/** The name of a number, or null for one this version does not know. */
export function relayErrorOf(number: number): RelayError | null {
  return BY_NUMBER.get(number) ?? null;
}

/** WebSocket close codes that the relay uses besides the standard ones (RFC 6455 §7.4.2: 4000 to 4999 are private). */
export const CLOSE_CODES = {
  /** No acceptable hello in time. */
  hello: 4400,
  /** Too many faulty or excessive requests. */
  strikes: 4429,
  /** The relay shuts down; the `goodbye` push before it says when to come back. */
  goingAway: 1001,
  /** Too many connections, from this address or in all. */
  crowded: 1013,
  /** The relay's database refuses what was asked for, and would again: the relay's operator has to look. */
  failed: 1011,
} as const;
