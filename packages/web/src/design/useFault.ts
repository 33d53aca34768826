import { type ReadonlySignal, type Signal, useSignal, useSignalEffect } from "@preact/signals";
import { readLive } from "./live.js";

/** What is wrong with what was typed, in a sentence, or null: it is not said any more once any of `typed` is another. */
export function useFault(...typed: readonly ReadonlySignal<unknown>[]): Signal<string | null> {
  const fault = useSignal<string | null>(null);
  useSignalEffect(() => {
    for (const each of typed) readLive(each);
    fault.value = null;
  });
  return fault;
}
