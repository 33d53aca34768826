/** Cancels a timer. Calling it again, or after the timer fired, does nothing. */
export type CancelTimer = () => void;

/**
 * Port: time. `now` is milliseconds since 1970 by this machine's own clock. It drives what is shown, timeouts and
 * backoff, and never decides whether something is accepted (docs/protocol.md §1, P5).
 * The conformance suite is `clockConformance`.
 */
export interface Clock {
  now(): number;
  /** Calls `fire` once, after at least `delay` milliseconds, never before `setTimer` has returned. */
  setTimer(delay: number, fire: () => void): CancelTimer;
}
