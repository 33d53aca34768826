import type { RelayError } from "@conclave/wire";

/** What each fault costs a connection, in strikes. Faults that honest clients make too (a lost race) cost nothing. */
export const STRIKES: Partial<Readonly<Record<RelayError, number>>> = {
  bad_frame: 8,
  hello_expected: 8,
  too_large: 4,
  proof_invalid: 4,
  create_denied: 4,
  token_denied: 1,
  write_denied: 1,
  inbox_denied: 1,
  append_conflict: 1,
  unlinked: 4,
  rate_limited: 0.25,
};
