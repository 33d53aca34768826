import type { Problem, RoomStatus, Standing } from "@conclave/client";
import { CliError } from "../cliError.js";
import { nextCommand } from "../terminal/nextCommand.js";
import { safeName } from "../terminal/safeText.js";
import { sayProblem } from "./sayProblem.js";

/** How a person stands who is not in the room, and how that came about. */
export type Outside = Pick<RoomStatus, "standing" | "ending">;

/** This device is not in the room, or not yet. */
export function notInRoom(outside: Outside, roomId: string): CliError {
  const hint = outside.standing === "asking" ? askingDoors(roomId) : null;
  return new CliError("NOT_MEMBER", outsideSentence(outside), hint);
}

/** They have asked to join, and nobody has decided yet: they can neither ask again nor leave. */
export function askedAlready(roomId: string): CliError {
  return new CliError("ASKED_ALREADY", STANDINGS.asking, askingDoors(roomId));
}

/** In a sentence, why a person is not in the room. */
export function outsideSentence({ standing, ending }: Outside): string {
  if (standing === "lost" && ending?.problem) return lostSentence(ending.problem, ending.by);
  if (standing === "removed" && ending?.by)
    return ending.by.isYou
      ? "A newer device of yours has replaced this one in the room."
      : `You were ${ending.isBan ? "removed and banned" : "removed"} from this room by ${safeName(ending.by.name)}.`;
  const sentences: Partial<Readonly<Record<Standing, string>>> = STANDINGS;
  return sentences[standing] ?? "This device is not in the room.";
}

function lostSentence(problem: Problem, by: { readonly name: string } | null): string {
  if (problem.kind === "refused" && problem.rejection.code === "declined")
    return `${by === null ? "Somebody" : safeName(by.name)} declined your request to join. You can ask again with the same link.`;
  return `You did not get in. ${problem.kind === "relay" ? "The link was used up or closed in the meantime; ask for a new one." : sayProblem(problem)}`;
}

const askingDoors = (roomId: string) =>
  [
    `To see whether somebody has decided:  ${nextCommand("status")}`,
    `To withdraw your request:             ${nextCommand("forget", roomId.slice(0, 12))}`,
  ].join("\n");

const STANDINGS = {
  removed: "You were removed from this room.",
  left: "You have left this room.",
  asking: "You have asked to join this room, and nobody there has decided yet.",
  lost: "Joining failed; use a new link.",
  restored: sayProblem({ kind: "restored" }),
} as const satisfies Partial<Readonly<Record<Standing, string>>>;
