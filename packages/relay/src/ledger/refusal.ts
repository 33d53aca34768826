import type { RelayError, RoomPosition } from "@conclave/wire";

/** A request that is not carried out, and nothing has changed. */
export interface Refusal {
  readonly ok: false;
  readonly error: RelayError;
  readonly retryAfter: number;
  readonly position: RoomPosition | null;
}

/** A refusal with a reason; `retryAfter` in ms. */
export function refuse(error: RelayError, retryAfter = 0): Refusal {
  return { ok: false, error, retryAfter, position: null };
}
