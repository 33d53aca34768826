import { explain } from "@conclave/protocol";
import { explainRelayError } from "@conclave/wire";
import type { Problem } from "./problem.js";

/** One sentence for the person who wanted it. */
export function explainProblem(problem: Problem): string {
  switch (problem.kind) {
    case "refused":
      return explain(problem.rejection);
    case "relay":
      return explainRelayError(problem.error);
    case "unreachable":
      return "The relay does not answer.";
    case "starved":
      return `Somebody else's change came first ${String(problem.losses)} times; try again later.`;
    case "unknown":
      return "There is no such thing (any more).";
    case "malformed":
      return `That is no valid ${problem.what}.`;
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
  }
}
