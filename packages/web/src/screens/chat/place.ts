import type { RoomKey } from "@conclave/client/rpc";
import { signal } from "@preact/signals";
import { go } from "../../app/route.js";

/** A place of a room's log that its conversation is to show; taken by the conversation when it does. */
export const goWhere = signal<{ readonly key: RoomKey; readonly n: number } | null>(null);

/** Opens a room at a message: a search result. */
export function goToMessage(key: RoomKey, n: number): void {
  goWhere.value = { key, n };
  go({ at: "room", key, panel: null, item: null });
}
