import { signal } from "@preact/signals";

/** Whether somebody will open a room soon: the shell then fetches what a room needs. */
export const isRoomExpected = signal(false);

/** Says that a room will be opened soon: while one reads the list, or who is in a room that one may join. */
export function expectRoom(): void {
  isRoomExpected.value = true;
}
