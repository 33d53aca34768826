import { effect } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";

/**
 * Calls `keep` at once whenever a signal that it reads has changed, until the component goes. Unlike with
 * `useSignalEffect`, which waits for the next frame, a reload right after a key stroke loses nothing.
 */
export function useKept(keep: () => void): void {
  useLayoutEffect(() => effect(keep), []);
}
