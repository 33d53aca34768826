import { explain } from "@conclave/protocol";
import { explainRelayError } from "@conclave/wire";
import type { LinkFault } from "../link/givenLink.js";
import type { Problem } from "./problem.js";

const MALFORMED = { title: "title", name: "name", relay: "relay address", note: "note", file: "file" } as const;
const LINK_FAULTS: Readonly<Record<LinkFault, string>> = {
  none: "There is no invite link in that.",
  cut: "A part of this invite link is missing.",
  changed: "A letter of this invite link was changed on its way.",
  newer: "This invite link was made by a newer version of Conclave.",
  several: "These are invite links to different rooms, or different links to one.",
  too_long: "That is much longer than an invite link.",
};

/** One sentence for the person who wanted it. */
export function explainProblem(problem: Problem): string {
  switch (problem.kind) {
    case "refused":
      return explain(problem.rejection);
    case "relay":
      return explainRelayError(problem.error);
    case "unreachable":
      return "The relay does not answer.";
    case "behind":
      return "The relay answers, and does not give all the records that it says it has.";
    case "underway":
      return "The relay has not said yet whether it took this.";
    case "update_needed":
      return "The room uses something that this version of Conclave does not know.";
    case "early_form":
      return "This room is of an early form of Conclave: what was said can be read, and nothing more can be sent or received in it.";
    case "clock": {
      const way = problem.ahead > 0 ? "ahead of" : "behind";
      return `This machine's clock is ${spanOf(Math.abs(problem.ahead))} ${way} the relay's, and what is decided bears its time for ever.`;
    }
    case "restored":
      return "This home is a copy, or was put back from a backup: it cannot send in this room any more.";
    case "starved":
      return `Somebody else's change came first ${String(problem.losses)} times; try again later.`;
    case "unknown":
      return "That does not exist, or no longer does.";
    case "malformed":
      return problem.what === "body"
        ? "The message is empty or too long."
        : `That is not a valid ${MALFORMED[problem.what]}.`;
    case "link":
      return LINK_FAULTS[problem.fault];
    case "leaving":
      return "You have asked to leave this room: nothing more is sent from here.";
    case "not_member":
      return "This device is not in the room.";
    case "already_here":
      return "You are in this room already.";
    case "corrupted":
      return "The file is corrupted: what the server gave is not what was sent.";
    case "too_large":
      return "The file is too large.";
    case "source":
      return "The file could not be read, or it changed while it was sent.";
    case "cancelled":
      return "Cancelled.";
    case "closed":
      return "This home is closed.";
    case "unsure":
      return "This home's storage failed just now: it is not known whether this was kept.";
  }
}

const HOUR_MS = 3600_000;

/** "14 minutes", "5 hours", "30 days": how far clocks are apart. */
export function spanOf(milliseconds: number): string {
  const of = (unit: string, count: number) => `${String(count)} ${unit}${count === 1 ? "" : "s"}`;
  if (milliseconds < 2 * HOUR_MS) return of("minute", Math.round(milliseconds / 60_000));
  return milliseconds < 48 * HOUR_MS
    ? of("hour", Math.round(milliseconds / HOUR_MS))
    : of("day", Math.round(milliseconds / (24 * HOUR_MS)));
}
