import { Signal, type ReadonlySignal } from "@preact/signals";

/** A prop that may be a plain value or a signal of it. A component that reads a signal is drawn again when it changes. */
export type Live<T> = T | ReadonlySignal<T>;

/** The value of now. */
export function readLive<T>(live: Live<T>): T {
  return live instanceof Signal ? (live as ReadonlySignal<T>).value : (live as T);
}

/** Joins class names, leaving out what is not there. */
export function classes(...names: readonly (string | false | null | undefined)[]): string {
  return names.filter((name) => typeof name === "string" && name !== "").join(" ");
}

/** Writes into a field's signal when there is one, and tells the listener. */
export function write<T>(live: Live<T>, value: T, tell: ((value: T) => void) | undefined): void {
  if (tell) tell(value);
  else if (live instanceof Signal) (live as Signal<T>).value = value;
}
