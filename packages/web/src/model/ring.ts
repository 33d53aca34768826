import type { RoomStatus } from "@conclave/client";
import { isGone } from "@conclave/client/pure";

/** What the ring round a room's picture says: how it stands with the list of its people. */
export type Ring =
  /** Who decides has confirmed who is here, and nothing waits. */
  | { readonly is: "confirmed" }
  /** Nobody who decides has told this device yet who is here. */
  | { readonly is: "unconfirmed" }
  /** A decision waits: for this person, or for others. */
  | { readonly is: "you" | "others"; readonly have: number; readonly need: number; readonly isKnock: boolean }
  /** The server, or somebody, did what cannot be right. */
  | { readonly is: "alarm"; readonly isPaused: boolean }
  /** What is shown may be old. */
  | { readonly is: "away"; readonly why: Away }
  | { readonly is: "joining" }
  /** We are not in the room. */
  | { readonly is: "none" };

/** Why what is shown may be old. */
export type Away =
  | "offline"
  | "mirrored"
  | "paused"
  | "back"
  | "connecting"
  | "recovering"
  | "catchingUp"
  | "clock"
  | "stale"
  | "silent";

/** So long after we came in (ms), and it is no beginning any more that nobody has confirmed who is here. */
const BEGINNING_MS = 24 * 60 * 60_000;

/**
 * The ring of a room. What is gravest comes first: an alarm, then what may be old, then what waits for us, then for others.
 *
 * @param since When we came in (ms); null where it is not known.
 */
export function ringOf(status: RoomStatus, since: number | null, now: number): Ring {
  const { standing, paused, alarms, asked, open, requests, freshness, isConfirmed } = status;
  if (standing === "founding" || standing === "joining" || standing === "asking") return { is: "joining" };
  if (isGone(standing)) return { is: "none" };
  // RULE: web.ring-alarm: an alarm is seen in the list and in the room, whatever else is the matter (attack A20).
  if (paused?.why === "alarm" || alarms.length > 0) return { is: "alarm", isPaused: paused?.why === "alarm" };
  const why = awayOf(status);
  // RULE: web.ring-unknown: a ring is never closed while the list of people may be an old one (attack A20).
  if (why !== null) return { is: "away", why };
  const isKnock = open === null;
  const tally = open ?? { have: 1, need: 2 };
  if (asked > 0) return { is: "you", ...tally, isKnock };
  if (open !== null || requests > 0) return { is: "others", ...tally, isKnock };
  if (isConfirmed && freshness.state !== "unknown") return { is: "confirmed" };
  const isNew = isConfirmed || since === null || now - since < BEGINNING_MS;
  return isNew ? { is: "unconfirmed" } : { is: "away", why: "silent" };
}

function awayOf(status: RoomStatus): Away | null {
  const { paused, comingBack, connection, mirror, isRecovering, freshness } = status;
  if (paused !== null) return "paused";
  if (comingBack !== null) return "back";
  if (connection === "offline") return mirror === null ? "offline" : "mirrored";
  if (connection === "connecting") return "connecting";
  if (isRecovering) return "recovering";
  if (connection === "catching up") return "catchingUp";
  if (freshness.clock !== null) return "clock";
  return freshness.state === "stale" || freshness.state === "expired" ? "stale" : null;
}
