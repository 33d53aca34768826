import { failed, type Failure } from "@conclave/codec";
import type { RelayError, RoomPosition } from "@conclave/wire";

/** A request that was not carried out: nothing has changed. */
export interface Refusal {
  readonly reason: RelayError;
  readonly retryAfter: number;
  readonly position: RoomPosition | null;
}

/** The result of a request that is refused; `retryAfter` in ms. */
export function refuse(reason: RelayError, retryAfter = 0): Failure<Refusal> {
  return failed({ reason, retryAfter, position: null });
}
