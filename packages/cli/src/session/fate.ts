import { type Fate, fateOf, fateOfDecision, type Problem } from "@conclave/client";
import { CliError } from "../cliError.js";
import { problemError } from "./problem.js";

/** What a command stores first and then gives to the relay, and what it is called. */
const STORED = {
  message: "message",
  change: "change",
  proposal: "proposal",
  approval: "approval",
  answer: "answer",
  withdrawal: "withdrawal",
  farewell: "farewell",
  stay: "word that you stay",
  decision: "decision",
  room: "room",
  join: "request",
} as const;

/** What a command stores first and then gives to the relay. */
export type Stored = keyof typeof STORED;

const NEXT = "the next time this home connects";
const MOVED = "if an owner moves the room to another relay";

/**
 * A problem as an error of a command that had stored something: the error says what became of that. `known`: what the command has
 * found out itself, if that is more.
 */
export function sendingError(
  problem: Problem,
  relay: string,
  what: Stored = "message",
  known: CliError | null = null,
): CliError {
  return withFate(known ?? problemError(problem, relay), fateOf(problem), what, whenSent(problem));
}

/** The same for a decision. Only one that was sent to the relay and not answered goes on by itself. */
export function decidingError(problem: Problem, relay: string): CliError {
  const fate = fateOfDecision(problem);
  const error = problemError(problem, relay);
  if (fate !== "dropped") return withFate(error, fate, "decision", whenSent(problem));
  // A refusal says so itself.
  if (problem.kind !== "unreachable" && problem.kind !== "behind") return error;
  return withSentence(error, "Nothing was decided.", fate);
}

/** The same for something that was begun and is stored here. */
export function begunError(problem: Problem, relay: string, what: "room" | "join"): CliError {
  return withFate(problemError(problem, relay), "kept", what, NEXT);
}

/** The same for an answer that is not stored here, and may have reached the relay. */
export function unknownError(problem: Problem, relay: string): CliError {
  return withFate(problemError(problem, relay), "unknown", "answer", NEXT);
}

/** An error that also says that something was not sent. */
export function notSent(error: CliError, what: Stored, fate: Fate | null = "dropped"): CliError {
  return withSentence(error, `Your ${STORED[what]} was not sent.`, fate);
}

function whenSent(problem: Problem): string {
  if (problem.kind === "refused" && problem.rejection.code === "paused") return "once you resume";
  return problem.kind === "relay" && problem.error === "room_deleted" ? MOVED : NEXT;
}

function withFate(error: CliError, fate: Fate, what: Stored, when: string): CliError {
  if (fate === "dropped") return notSent(error, what);
  const sentence = fate === "kept" ? keptSentence(what, when) : "It may have been kept, so check before trying again.";
  return withSentence(error, sentence, fate);
}

function keptSentence(what: Stored, when: string): string {
  switch (what) {
    case "message":
      return `Your message is stored here and will be sent ${when}.`;
    case "decision":
      return `Your decision is stored here and will be carried out ${when}, if it is still allowed. Don't repeat it.`;
    case "room":
      return `Your room is stored here and will be created ${when}. Don't repeat it.`;
    case "join":
      return `What you began is stored here, and joining continues ${when}. Don't repeat it.`;
    default:
      return `Your ${STORED[what]} is stored here and will be sent ${when}. Don't repeat it.`;
  }
}

function withSentence({ code, message, hint, exit }: CliError, sentence: string, fate: Fate | null): CliError {
  return Object.assign(new CliError(code, `${message} ${sentence}`, hint, exit), { fate });
}
