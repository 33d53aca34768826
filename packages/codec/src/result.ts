/**
 * What came of something that may fail: its value, or why there is none. It is the only such type of the workspace, and each
 * package has errors of its own: `DecodeError` here, a `Rejection` of a room's rules, a `Problem` of a client.
 * An error is expected, and its caller has an answer to it; a bug is thrown.
 */
export type Result<T, E> = Success<T> | Failure<E>;

/** It was done. Where there is nothing to give back the value is undefined. */
export interface Success<T> {
  readonly ok: true;
  readonly value: T;
}

/** It was not done. */
export interface Failure<E> {
  readonly ok: false;
  readonly error: E;
}

/** The result of what was done. */
export function done<T>(value: T): Success<T> {
  return { ok: true, value };
}

/** The result of what was not done. */
export function failed<E>(error: E): Failure<E> {
  return { ok: false, error };
}
