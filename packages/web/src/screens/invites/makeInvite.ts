import { type Result, done, failed } from "@conclave/codec";
import type { Problem } from "@conclave/client";
import { type InviteFor, type InviteId, type Policy, usualMode } from "@conclave/client/pure";
import type { RoomKey } from "@conclave/client/rpc";
import { home, rooms } from "../../model/home.js";
import { askClock } from "../../model/askClock.js";
import { date } from "../../words/when.js";
import { ownRelay } from "../../app/site.js";
import { inviteHost } from "./inviteHost.js";
import { t } from "./words.js";

export interface InviteChoice {
  /** What it is called for its maker. */
  readonly label: string;
  /** How many people it lets in; null for those with a listed SSH key. */
  readonly people: number | null;
  /** For how long (ms); null for until it is withdrawn. */
  readonly lasts: number | null;
  readonly mode: "direct" | "ask" | "auto";
  readonly role: "member" | "admin";
  /** What everybody with the link reads first; empty for nothing. */
  readonly welcomeText: string;
}

/** How people come in by a link: by it alone (`auto`: by a device that is on), when somebody lets them, or with a listed SSH key. */
export type LinkMode = "direct" | "ask" | "auto" | "keys";

/** A link to hand on; or, where others have to agree first, how many more it takes. */
export interface MadeInvite {
  readonly inviteId: InviteId;
  readonly mode: LinkMode;
  readonly link: string | null;
  readonly waits: { readonly have: number; readonly need: number } | null;
}

const WEEK_MS = 7 * 24 * 60 * 60 * 1000;

/** An invite as it mostly is: for some people, for a week, named by its day. */
export function usualInvite(policy: Policy | null): InviteChoice {
  const label = t.usualLabel({ day: date(Date.now()) });
  return { label, people: 10, lasts: WEEK_MS, mode: usualMode(policy), role: "member", welcomeText: "" };
}

/** Makes an invite of a room, and its link. */
export async function makeInvite(room: RoomKey, wish: InviteChoice): Promise<Result<MadeInvite, Problem>> {
  const { label, people, lasts, mode, role, welcomeText } = wish;
  const calls = home().room(room);
  try {
    const created = await calls.createInvite({
      label,
      for: kindOf(people),
      role,
      notAfter: lasts === null ? null : Date.now() + lasts,
      mode,
      welcomeText: welcomeText.trim(),
      host: hostOf(room),
    });
    if (!created.ok && created.error.kind === "clock" && (await askClock())) return await makeInvite(room, wish);
    if (!created.ok) return created;
    const { inviteId, link, progress } = created.value;
    return done({ inviteId, mode: people === null ? "keys" : mode, link, waits: progress.done ? null : progress });
  } catch {
    return failed({ kind: "closed" });
  }
}

function kindOf(people: number | null): InviteFor {
  if (people === null) return { class: "listed" };
  return people === 1 ? { class: "single" } : { class: "multi", limit: people };
}

/** An invite's link, for the address where these pages are; null where this device does not hold its key. */
export function linkOf(room: RoomKey, inviteId: InviteId): Promise<string | null> {
  return home().room(room).inviteLink(inviteId, hostOf(room));
}

function hostOf(room: RoomKey): string {
  return inviteHost(rooms.value.get(room)?.relay ?? ownRelay());
}
