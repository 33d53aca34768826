import type { RoomKey } from "@conclave/client/rpc";

// How far the founding of a room has come, so that a reload goes on there and nobody founds a second one. In this tab only, and
// until the way is done or left.

const KEY = "conclave.founding";

/** A room that was founded, and what comes next. */
export interface KeptStep {
  readonly key: RoomKey;
  readonly title: string;
  /** How many steps there are in all. */
  readonly steps: 2 | 3;
  /** People are invited next; else the words are written down. */
  readonly isInviting: boolean;
}

/** Where a reload goes on; null for the beginning. */
export function keptStep(): KeptStep | null {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
    if (typeof found !== "object" || found === null) return null;
    const { key, title, steps, isInviting } = found as Record<string, unknown>;
    if (typeof key !== "string" || typeof title !== "string" || (steps !== 2 && steps !== 3)) return null;
    return { key, title, steps, isInviting: isInviting === true };
  } catch {
    return null;
  }
}

/** Keeps it; null when the way is done. */
export function keepStep(step: KeptStep | null): void {
  try {
    if (step) sessionStorage.setItem(KEY, JSON.stringify(step));
    else sessionStorage.removeItem(KEY);
  } catch {
    // Where storage is forbidden a reload starts over.
  }
}
