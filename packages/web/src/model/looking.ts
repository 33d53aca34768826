import type { RoomKey } from "@conclave/client/rpc";
import { effect } from "@preact/signals";
import { route } from "../app/route.js";
import { home } from "./home.js";

/** How often the home is told that a room is still in front of the person (ms). */
const LOOK_AGAIN_MS = 60_000;

/** Whether this page is in front of the person. */
export function isInFront(): boolean {
  return document.visibilityState === "visible" && document.hasFocus();
}

/** Tells the home, and other tabs, which room is in front of the person in this one: by a lock that is held as long as it is. Called once. */
export function startLooking(): void {
  // Over plain http there are none, and no home either.
  if (!("locks" in navigator)) return;
  let held: RoomKey | null = null;
  let release: (() => void) | null = null;
  const tell = () => {
    // Where the home is gone, or does not have the room, nobody looks at it.
    if (held !== null)
      void home()
        .room(held)
        .looking()
        .catch(() => undefined);
  };
  const look = () => {
    const { value: here } = route;
    const key = here.at === "room" && isInFront() ? here.key : null;
    if (key === held) return;
    release?.();
    held = key;
    if (key === null) return;
    const over = new Promise<void>((resolve) => (release = resolve));
    tell();
    void navigator.locks.request(lockOf(key), { mode: "shared" }, () => over);
  };
  effect(look);
  setInterval(tell, LOOK_AGAIN_MS);
  addEventListener("focus", look);
  addEventListener("blur", look);
  document.addEventListener("visibilitychange", look);
}

/** Whether a room is in front of the person, in this tab or another one. */
export async function isLookedAt(room: RoomKey): Promise<boolean> {
  const { held = [] } = await navigator.locks.query();
  return held.some(({ name }) => name === lockOf(room));
}

function lockOf(room: RoomKey): string {
  return `conclave.looked-at.${room}`;
}
