import {
  explainProblem,
  type Fate,
  fateOf,
  fateOfDecision,
  type Problem,
  type Result,
  type Standing,
} from "@conclave/client";
import type { LinkFault } from "@conclave/client/pure";
import { CliError } from "../cliError.js";
import { LINK, nextCommand, otherCommand } from "../terminal/nextCommand.js";

/** The value of a result. @throws CliError with the reason why there is none. */
export function valueOf<T>(result: Result<T>, relay: string): T {
  if (result.ok) return result.value;
  throw problemError(result.problem, relay);
}

/** A problem as an error of a command. */
export function problemError(problem: Problem, relay: string): CliError {
  return Object.assign(errorOf(problem, relay), { fate: null });
}

/** What a command stores, and then gives to the relay. */
export type Stored = keyof typeof GOES_ON;

const GOES_ON = {
  message: "is sent",
  change: "is sent",
  proposal: "is sent",
  approval: "is sent",
  no: "is sent",
  withdrawal: "is sent",
  farewell: "is sent",
  stay: "is sent",
  decision: "is carried out, if it is still allowed then,",
  room: "is founded",
  join: "goes on",
} as const;
const NAMES: Partial<Readonly<Record<Stored, string>>> = { stay: "word that you stay" };

/** The same where something was stored before: it says what became of that. */
export function sendingError(problem: Problem, relay: string, what: Stored = "message"): CliError {
  return withFate(
    errorOf(problem, relay),
    fateOf(problem),
    what,
    isAlarm(problem) ? "when you go on after the alarm" : NEXT,
  );
}

/** The same of a decision: only what left for the relay, and was not answered, goes on by itself. */
export function decidingError(problem: Problem, relay: string): CliError {
  const fate = fateOfDecision(problem);
  const error = errorOf(problem, relay);
  if (fate !== "dropped") return withFate(error, fate, "decision", NEXT);
  const { code, message, hint, exit } = error;
  // What is refused says so itself.
  if (problem.kind !== "unreachable" && problem.kind !== "behind") return error;
  return Object.assign(new CliError(code, `${message} Nothing was decided.`, hint, exit), { fate });
}

/** The same of what was begun, and is stored here. */
export function begunError(problem: Problem, relay: string, what: "room" | "join"): CliError {
  return withFate(errorOf(problem, relay), "kept", what, NEXT);
}

/** The same of what is stored nowhere here, and may have reached the relay. */
export function unknownError(problem: Problem, relay: string): CliError {
  return withFate(errorOf(problem, relay), "unknown", "no", NEXT);
}

const NEXT = "the next time that this home is connected";

function withFate({ code, message, hint, exit }: CliError, fate: Fate, what: Stored, when: string): CliError {
  const name = NAMES[what] ?? what;
  const again = what === "message" ? "" : " Do not repeat it.";
  const sentence = {
    kept: `Your ${name} is stored, and ${GOES_ON[what]} ${when}.${again}`,
    dropped: `Your ${name} was not sent.`,
    unknown: "Look before you repeat it: it may have been kept.",
  }[fate];
  return Object.assign(new CliError(code, `${message} ${sentence}`, hint, exit), { fate });
}

function isAlarm(problem: Problem): boolean {
  return problem.kind === "refused" && problem.rejection.code === "paused";
}

function errorOf(problem: Problem, relay: string): CliError {
  const sentence = explainProblem(problem);
  switch (problem.kind) {
    case "unreachable":
      return unreachable(relay);
    case "behind":
      return new CliError("BEHIND", sentence, "Try again. If it stays so, ask who runs the relay.");
    case "underway":
      return new CliError("UNDERWAY", sentence, hintFor("underway"));
    case "update_needed":
      return new CliError("UPDATE_NEEDED", sentence, "Update Conclave, then try again.");
    case "clock":
      return new CliError(
        "CLOCK",
        sentence,
        "Set this machine's clock right. If it is right, give the same command once more with --trust-clock.",
      );
    case "restored":
      return new CliError("RESTORED", sentence, hintFor("restored"));
    case "refused": {
      const { code, detail = "" } = problem.rejection;
      return new CliError(code.toUpperCase(), sentence, hintFor(`${code} ${detail}`) ?? hintFor(code));
    }
    case "relay":
      return new CliError(
        `RELAY_${problem.error.toUpperCase()}`,
        `The relay refused: ${sentence}`,
        RELAY_HINTS[problem.error] ?? null,
      );
    case "link":
      return new CliError("LINK", sentence, LINK_HINTS[problem.fault]);
    case "malformed":
      return new CliError("USAGE", sentence, MALFORMED[problem.what] ?? null);
    case "closed":
      return new CliError(
        "HOME_FAILED",
        "This home's storage failed.",
        "Check that the disk is not full, then try again.",
      );
    case "unsure":
      return new CliError("UNSURE", sentence, hintFor("unsure"));
    case "cancelled":
      return new CliError("CANCELLED", sentence, null);
    case "corrupted":
      return new CliError("CORRUPTED", sentence, "Nothing of it was kept. Ask its author to send it again.");
    case "starved":
    case "too_large":
    case "source":
    case "unknown":
    case "leaving":
    case "not_member":
    case "already_here":
      return new CliError(problem.kind.toUpperCase(), sentence, hintFor(problem.kind));
  }
}

/** This home is a copy, and its person's words do not bring it back into the room. */
export function noWayBack(): CliError {
  return new CliError(
    "RESTORED",
    "This home is a copy, or was put back from one, and its recovery words do not bring it back into this room.",
    [
      "Somebody who may do so takes you out and lets you in again:",
      `  they take this home out:                   ${otherCommand("remove", "NAME")}`,
      `  they make a link where one has to ask:     ${otherCommand("invite", "--mode", "ask")}`,
      `  you ask:                                   ${nextCommand("join", LINK)}`,
      `  they let you in:                           ${otherCommand("admit", "NAME")}`,
      "In a room where nobody else may do that, nobody can: its members keep it without you.",
    ].join("\n"),
  );
}

/** Nobody answers at the relay's address. */
export function unreachable(relay: string): CliError {
  return new CliError(
    "UNREACHABLE",
    `The relay at ${relay} does not answer.`,
    `Is it running? To start one on this machine:  ${otherCommand("serve")}`,
  );
}

/** This device is not in the room, or not yet. */
export function notInRoom(standing: Standing): CliError {
  return new CliError("NOT_MEMBER", STANDINGS[standing] ?? "This device is not in the room.");
}

const STANDINGS: Partial<Readonly<Record<Standing, string>>> = {
  removed: "You were removed from this room.",
  left: "You have left this room.",
  asking: "You have asked to join; somebody in the room has to decide first.",
  lost: "Joining did not work out; use a new link.",
  restored: explainProblem({ kind: "restored" }),
};

function hintFor(code: string): string | null {
  return HINTS[code]?.() ?? null;
}

const ANOTHER = () => "Ask for a new link.";
const SUSPICIOUS = () => "Do not join here. Show this to the person who sent you the link.";
/** Made when they are said: by then it is known how the program was started, and for which home. */
const HINTS: Readonly<Record<string, () => string>> = {
  underway: () => `To see whether something is still to be sent:  ${nextCommand("status")}`,
  unsure: () =>
    `Check that the disk is not full. Look whether it is there before you try again:  ${nextCommand("history")}`,
  restored: () => `To come back as a new device, or to be told who can help:  ${nextCommand("resume")}`,
  already_member: () =>
    "If that was you on another device, go on there. If it is lost, someone in the room has to remove you first; then a new link lets you in.",
  invalid_policy: () => "Choose another policy.",
  already_so: () => `To see how it stands:  ${nextCommand("status")}`,
  "already_so policy": () => `To see who decides what:  ${nextCommand("policy")}`,
  "already_so role": () => `To see who has which role:  ${nextCommand("members")}`,
  "already_so approval": () => `To see who else has to agree:  ${nextCommand("requests")}`,
  "already_so decline": () => `To see who has agreed:  ${nextCommand("requests")}`,
  unknown_proposal: () => `To see what can be approved:  ${nextCommand("requests")}`,
  last_owner: () => `Make somebody else the owner first:  ${nextCommand("hand-over", "NAME")}`,
  not_allowed: () => `To see who decides what:  ${nextCommand("policy")}`,
  own_device: () => `To leave the room:  ${nextCommand("leave")}`,
  banned: () => "Somebody in the room can let you in by hand: ask for a link made with --mode ask.",
  bad_slot: () => "Is the link whole? If it is, ask for a new one: this one may have been closed.",
  paused: () => `See the alarm:           ${nextCommand("status")}\nGo on when you have:     ${nextCommand("resume")}`,
  invite_revoked: ANOTHER,
  invite_expired: ANOTHER,
  invite_used_up: ANOTHER,
  bad_history: SUSPICIOUS,
  below_floor: SUSPICIOUS,
  already_here: () => `Talk:        ${nextCommand("chat")}\nYour rooms:  ${nextCommand("rooms")}`,
  leaving: () => `To stay after all:  ${nextCommand("leave", "--undo")}`,
  not_member: () => `To see how you stand in the room:  ${nextCommand("status")}`,
};

const RELAY_HINTS: Readonly<Record<string, string>> = {
  create_denied: "Ask its operator for the permit and give it in CONCLAVE_PERMIT.",
  rate_limited: "Wait a moment and try again.",
  slot_closed: "This link was closed: ask for a new one.",
  slot_unknown: "This link was closed, or it belongs to another relay: ask for a new one.",
  room_damaged: "Tell whoever runs the relay: its log says which row. What is stored here stays readable.",
  room_unknown:
    "It runs, and does not have this room (any more): was its data folder lost or exchanged? What is stored here stays readable.",
};
const LINK_HINTS: Readonly<Record<LinkFault, string>> = {
  none: "A link looks like http://127.0.0.1:4430/#/join/v1.… and goes in quotes.",
  cut: "Copy all of it, and put it in quotes.",
  changed: "Copy it again from where it was sent, or ask for it once more.",
  newer: "Update Conclave, then try again.",
  several: "Give one of them.",
  too_long: "Give the link alone.",
};
const MALFORMED: Readonly<Record<string, string>> = {
  relay: "An address looks like http://127.0.0.1:4430 or https://chat.example.org.",
  name: "A name has 1 to 64 visible characters; 128 where all are plain Latin ones, 32 where all are pictures.",
  title: "A title has 1 to 64 visible characters; 128 where all are plain Latin ones, 32 where all are pictures.",
  body: "A message has at most 60 KiB.",
};
