import type { Problem } from "@conclave/client";
import { CliError } from "../cliError.js";
import { LINK, nextCommand, otherCommand } from "../terminal/nextCommand.js";
import { problemHint } from "./problemHint.js";
import { unreachable } from "./reach.js";
import { sayProblem } from "./sayProblem.js";

/** A problem as an error of a command. `relay`: the address that people type. */
export function problemError(problem: Problem, relay: string): CliError {
  switch (problem.kind) {
    case "unreachable":
      return unreachable(relay);
    case "closed":
      return new CliError("HOME_FAILED", "This home's storage failed.", problemHint(problem));
    default:
      return new CliError(codeOf(problem), sayProblem(problem), problemHint(problem));
  }
}

function codeOf(problem: Problem): string {
  switch (problem.kind) {
    case "refused":
      return problem.rejection.code.toUpperCase();
    case "relay":
      return `RELAY_${problem.error.toUpperCase()}`;
    case "malformed":
      return "USAGE";
    default:
      return problem.kind.toUpperCase();
  }
}

/** This home is a copy. It has asked to be let back in, and no other device has answered yet. */
export function noWayBack(): CliError {
  return new CliError(
    "RESTORED",
    "This home is a copy, or was restored from one. It has asked to be let back in, and no other device has answered yet.",
    [
      `It comes back by itself when one of their devices is online, a phone or a chat that is open. To look again:  ${nextCommand("resume")}`,
      "If nobody's device answers, somebody else in the room can remove you and let you in again:",
      `  they remove you, and this home with you:  ${otherCommand("remove", "NAME")}`,
      `  they make a link to ask with:             ${otherCommand("invite", "--mode", "ask")}`,
      `  you ask to join:                          ${nextCommand("join", LINK)}`,
      `  they let you in:                          ${otherCommand("admit", "NAME")}`,
      "If nobody else in the room can do that, you can't come back. Its members keep the room without you.",
    ].join("\n"),
  );
}
