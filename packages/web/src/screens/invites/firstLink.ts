import type { Policy } from "@conclave/client/pure";
import type { RoomKey } from "@conclave/client/rpc";
import { signal } from "@preact/signals";
import { makeInvite, usualInvite } from "./makeInvite.js";
import { t } from "./words.js";

/** The new room whose first link is being made. */
export const roomWithoutLink = signal<RoomKey | null>(null);

/** Makes the first link of a new room. Where that fails, the room offers to make one. */
export async function makeFirstLink(room: RoomKey, policy: Policy, welcomeText: string): Promise<void> {
  roomWithoutLink.value = room;
  try {
    await makeInvite(room, { ...usualInvite(policy), label: t.firstLabel, welcomeText });
  } finally {
    roomWithoutLink.value = null;
  }
}
