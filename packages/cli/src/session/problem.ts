import { type Fate, fateOf, fateOfDecision, type Problem, type RoomStatus, type Standing } from "@conclave/client";
import type { LinkFault, RelayError } from "@conclave/client/pure";
import type { Rejection, RejectionCode } from "@conclave/protocol";
import { CliError } from "../cliError.js";
import { LINK, nextCommand, otherCommand } from "../terminal/nextCommand.js";
import { safeName } from "../terminal/safeText.js";
import { sayProblem } from "./sayProblem.js";

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
  const sentence = sayProblem(problem);
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
      const { rejection } = problem;
      return new CliError(rejection.code.toUpperCase(), sentence, refusalHint(rejection));
    }
    case "relay":
      return new CliError(`RELAY_${problem.error.toUpperCase()}`, sentence, RELAY_HINTS[problem.error]);
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
    case "early_form":
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
    isOwnMachine(relay)
      ? `Is it running? To start it:  ${otherCommand("serve", ...portOf(relay))}`
      : "Check your network and the address. If they are right, ask who runs the relay.",
  );
}

function isOwnMachine(relay: string): boolean {
  return URL.canParse(relay) && /^(?:127\.[\d.]+|localhost|\[::1\])$/u.test(new URL(relay).hostname);
}

/** The port of an address, as an option, where `serve` would not take it by itself. */
function portOf(relay: string): string[] {
  const { port, protocol } = new URL(relay);
  const number = port === "" ? (/^(?:https|wss):$/u.test(protocol) ? "443" : "80") : port;
  return number === "4430" ? [] : ["--port", number];
}

/** How a person stands who is not in the room, and how that came. */
export type Outside = Pick<RoomStatus, "standing" | "ending">;

/** This device is not in the room, or not yet. */
export function notInRoom(outside: Outside, roomId: string): CliError {
  const hint = outside.standing === "asking" ? askingDoors(roomId) : null;
  return new CliError("NOT_MEMBER", outsideSentence(outside), hint);
}

/** They have asked to join, and nobody has decided yet: asking once more, or leaving, is nothing that they can do. */
export function askedAlready(roomId: string): CliError {
  return new CliError("ASKED_ALREADY", STANDINGS.asking, askingDoors(roomId));
}

/** In a sentence, why a person is not in the room. */
export function outsideSentence({ standing, ending }: Outside): string {
  if (standing === "lost" && ending?.problem) return lostSentence(ending.problem, ending.by);
  if (standing === "removed" && ending?.by)
    return ending.by.isYou
      ? "A newer device of yours took the place of this one in the room."
      : `You were removed from this room${ending.isBan ? " for good" : ""} by ${safeName(ending.by.name)}.`;
  const sentences: Partial<Readonly<Record<Standing, string>>> = STANDINGS;
  return sentences[standing] ?? "This device is not in the room.";
}

function lostSentence(problem: Problem, by: { readonly name: string } | null): string {
  if (problem.kind === "refused" && problem.rejection.code === "declined")
    return `${by === null ? "Somebody" : safeName(by.name)} declined your request to join. The same link lets you ask once more.`;
  return `You did not get in. ${problem.kind === "relay" ? "The link was used up or closed meanwhile; ask for a new one." : sayProblem(problem)}`;
}

const askingDoors = (roomId: string) =>
  [
    `To see whether somebody has decided:  ${nextCommand("status")}`,
    `To take your request back:            ${nextCommand("forget", roomId.slice(0, 12))}`,
  ].join("\n");

const STANDINGS = {
  removed: "You were removed from this room.",
  left: "You have left this room.",
  asking: "You have asked to join this room, and nobody there has decided yet.",
  lost: "Joining did not work out; use a new link.",
  restored: sayProblem({ kind: "restored" }),
} as const satisfies Partial<Readonly<Record<Standing, string>>>;

function hintFor(kind: Told): string | null {
  return HINTS[kind]?.() ?? null;
}

function refusalHint({ code, detail = "" }: Rejection): string {
  return (ALREADY[code === "already_so" ? detail : ""] ?? REFUSALS[code])();
}

const ANOTHER = () => "Ask for a new link.";
const SUSPICIOUS = () => "Do not join here. Show this to the person who sent you the link.";
const AGAIN = () => "Try again: it is judged by how the room is now.";
const FAULT = () => "Update Conclave and try again. If it stays so, please report it.";
const ASK_AGAIN = () => `The person who wants to join has to ask again:  ${otherCommand("join", LINK)}`;
const BY_HAND = () =>
  `Somebody with the right to can let people in by hand:  ${otherCommand("invite", "--mode", "ask")}`;
const STATUS = () => `To see how you stand in the room:  ${nextCommand("status")}`;
const MEMBERS = () => `To see who is in the room, and in which role:  ${nextCommand("members")}`;
const REQUESTS = () => `To see what waits for agreement:  ${nextCommand("requests")}`;
const POLICY = () => `To see who decides what:  ${nextCommand("policy")}`;

/**
 * What to do about each refusal, made when it is said: by then it is known how the program was started, and for which home.
 *
 * RULE: cli.every-door: a person who is refused is told what they can do, and it names only what there is: a code without a door is
 * no code (it does not compile).
 */
export const REFUSALS: Readonly<Record<RejectionCode, () => string>> = {
  malformed: FAULT,
  bad_signature: FAULT,
  wrong_room: FAULT,
  wrong_seq: AGAIN,
  wrong_prev: AGAIN,
  wrong_epoch: AGAIN,
  wrong_transcript: () => `Compare the room code with the others over another channel:  ${nextCommand("verify")}`,
  wrong_policy: POLICY,
  state_mismatch: FAULT,
  author_unknown: STATUS,
  author_not_committer: FAULT,
  not_allowed: POLICY,
  approvals_missing: REQUESTS,
  above_own_role: MEMBERS,
  rate_limited: () => `Others have to decide something first. What was decided:  ${nextCommand("log")}`,
  sealed: () => `People can still leave:  ${nextCommand("leave")}`,
  last_owner: () => `Make somebody else the owner first:  ${nextCommand("hand-over", "NAME")}`,
  invalid_policy: () => `Choose another policy:  ${nextCommand("policy", "PRESET")}`,
  invalid_action: FAULT,
  member_limit: MEMBERS,
  already_member: () =>
    "If that was you on another device, go on there. If it is lost, someone in the room has to remove you first; then a new link lets you in.",
  not_member: MEMBERS,
  banned: () => "Somebody in the room can let you in by hand: ask for a link made with --mode ask.",
  bad_leaf_cert: FAULT,
  leaf_reused: FAULT,
  device_limit: FAULT,
  no_sponsor: FAULT,
  own_device: () => `To leave the room:  ${nextCommand("leave")}`,
  last_device: () => `To leave the room:  ${nextCommand("leave")}`,
  bad_key_package: ASK_AGAIN,
  key_package_expired: ASK_AGAIN,
  invite_unknown: ANOTHER,
  invite_revoked: ANOTHER,
  invite_expired: ANOTHER,
  invite_used_up: ANOTHER,
  invite_not_for_you: ANOTHER,
  invite_wrong_role: ANOTHER,
  invite_needs_admission: BY_HAND,
  declined: () => "Ask the person who sent you the link.",
  invite_exists: () => `To see the links there are:  ${nextCommand("invites")}`,
  invite_limit: () => `Close one that is not needed:  ${nextCommand("revoke", "INVITE")}`,
  bad_invite_proof: ANOTHER,
  bad_approval: REQUESTS,
  bad_farewell: STATUS,
  mls: FAULT,
  forbidden_proposal: FAULT,
  missing_path: FAULT,
  credential_changed: FAULT,
  wrong_binding: FAULT,
  ghost: FAULT,
  no_record: FAULT,
  wrong_record: FAULT,
  wrong_roster_key: FAULT,
  not_active: STATUS,
  pending: () => `To see whether something is still to be sent:  ${nextCommand("status")}`,
  not_caught_up: () => `To catch up:  ${nextCommand("sync")}`,
  paused: () => `See the alarm:           ${nextCommand("status")}\nGo on when you have:     ${nextCommand("resume")}`,
  too_large: () => `Send a long text as a file:  ${nextCommand("send", "--file", "PATH")}`,
  unknown_proposal: REQUESTS,
  already_so: STATUS,
  bad_link: () => "Copy the link again, all of it, or ask for it once more.",
  bad_slot: () => "Is the link whole? If it is, ask for a new one: this one may have been closed.",
  bad_history: SUSPICIOUS,
  below_floor: SUSPICIOUS,
  bad_admission: SUSPICIOUS,
};

/** Where to see what is so already. */
const ALREADY: Readonly<Record<string, () => string>> = {
  policy: POLICY,
  role: MEMBERS,
  approval: REQUESTS,
  decline: REQUESTS,
};

/** The problems that are told by their own name. */
type Told = Exclude<
  Problem["kind"],
  | "refused"
  | "relay"
  | "link"
  | "malformed"
  | "unreachable"
  | "behind"
  | "update_needed"
  | "clock"
  | "closed"
  | "corrupted"
>;
const HINTS: Readonly<Record<Told, (() => string) | null>> = {
  underway: () => `To see whether something is still to be sent:  ${nextCommand("status")}`,
  unsure: () =>
    `Check that the disk is not full. Look whether it is there before you try again:  ${nextCommand("history")}`,
  restored: () => `To come back as a new device, or to be told who can help:  ${nextCommand("resume")}`,
  already_here: () => `Talk:        ${nextCommand("chat")}\nYour rooms:  ${nextCommand("rooms")}`,
  leaving: () => `To stay after all:  ${nextCommand("leave", "--undo")}`,
  not_member: STATUS,
  early_form: () =>
    `What was said:   ${nextCommand("history")}\nFound a room:    ${nextCommand("room", "new", "TITLE")}\nOr join one:     ${nextCommand("join", LINK)}`,
  starved: () => `To see what came first:  ${nextCommand("log")}`,
  unknown: () => `To see what there is:  ${nextCommand("requests")}  or  ${nextCommand("history", "--ids")}`,
  too_large: () => "Send it in parts, or make it smaller.",
  source: () => "Check that the file is there, that you may read it, and that nothing else writes to it.",
  // The person's own will.
  cancelled: null,
};

const WHO_RUNS = "Try again. If it stays so, ask who runs the relay.";
const LATER = "Wait a moment and try again.";
const RELAY_HINTS: Readonly<Record<RelayError, string>> = {
  bad_frame: "Update Conclave and try again. If it stays so, ask who runs the relay.",
  hello_expected: "Update Conclave and try again. If it stays so, ask who runs the relay.",
  unsupported_version: "Update Conclave, or ask who runs the relay to do so.",
  too_large: "Send it in parts, or ask who runs the relay for a higher limit.",
  rate_limited: LATER,
  shutting_down: LATER,
  create_denied: "Ask its operator for the permit and give it in CONCLAVE_PERMIT.",
  room_damaged: "Tell the person who runs the relay: its log says which row. What is stored here stays readable.",
  room_unknown:
    "It runs, and does not have this room (any more): ask who runs it whether its data folder was lost or exchanged. What is stored here stays readable.",
  room_exists: WHO_RUNS,
  stale_epoch: WHO_RUNS,
  append_conflict: WHO_RUNS,
  proof_invalid: WHO_RUNS,
  write_denied: WHO_RUNS,
  slot_unknown: "This link was closed, or it belongs to another relay: ask for a new one.",
  slot_closed: "This link was closed: ask for a new one.",
  token_denied: WHO_RUNS,
  inbox_denied: WHO_RUNS,
  blob_unknown: "The relay does not have it any more: ask its author to send it again.",
  quota_exceeded: "Send something smaller, or ask who runs the relay for more space.",
  blob_conflict: WHO_RUNS,
  storage_full: "Ask who runs the relay to make room on its disk. What is stored here is sent later.",
  storage_busy: LATER,
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
