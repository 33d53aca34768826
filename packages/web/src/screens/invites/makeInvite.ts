import type { Problem } from "@conclave/client";
import type { RoomKey } from "@conclave/client/remote";
import { home, rooms } from "../../model/home.js";
import { inviteHost } from "./inviteHost.js";

export interface InviteWish {
  /** What it is called for its maker. */
  readonly label: string;
  /** How many people it lets in. */
  readonly people: number;
  /** For how long (ms); null for until it is withdrawn. */
  readonly lasts: number | null;
  readonly mode: "direct" | "ask";
  readonly role: "member" | "admin";
}

/** A link to hand on; or, where others have to agree first, how many of them have. Neither when this device does not hold it. */
export interface MadeInvite {
  readonly link: string | null;
  readonly waits: { readonly have: number; readonly need: number } | null;
}

/** Makes an invite of a room, and its link. What is refused is given as a problem. */
export async function makeInvite(room: RoomKey, wish: InviteWish): Promise<MadeInvite | { readonly problem: Problem }> {
  const { label, people, lasts, mode, role } = wish;
  const calls = home().room(room);
  try {
    const created = await calls.createInvite({
      label,
      for: people === 1 ? { class: "single" } : { class: "multi", limit: people },
      role,
      notAfter: lasts === null ? null : Date.now() + lasts,
      mode,
    });
    if (!created.ok) return { problem: created.problem };
    const { invitation, progress } = created.value;
    const link = invitation && (await linkOf(room, invitation.inviteId));
    return { link, waits: progress.done ? null : progress };
  } catch {
    return { problem: { kind: "closed" } };
  }
}

/** An invite's link, for the address where these pages are; null where this device does not hold its key. */
export function linkOf(room: RoomKey, inviteId: Uint8Array): Promise<string | null> {
  const relay = rooms.value.get(room)?.relay ?? location.origin;
  return home().room(room).inviteLink(inviteId, inviteHost(relay));
}
