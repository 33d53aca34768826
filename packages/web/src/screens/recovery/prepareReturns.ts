import { home, rooms } from "../../model/home.js";

/**
 * The words are on paper: from now on they bring their person back into the rooms that they own (docs/decisions/0006). Quietly;
 * where it does not work now, or was ended, the room's own panel offers it.
 */
export function prepareReturns(): void {
  for (const [key, { status }] of rooms.peek()) {
    if (status.standing !== "member") continue;
    void home()
      .room(key)
      .prepareReturn(false)
      .catch(() => undefined);
  }
}
