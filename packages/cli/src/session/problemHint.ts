import type { Problem, Rival } from "@conclave/client";
import type { LinkFault, RelayError } from "@conclave/client/pure";
import { nextCommand } from "../terminal/nextCommand.js";
import { safeName } from "../terminal/safeText.js";
import { shownTag } from "./personView.js";
import { refusalHint, STATUS, WAITING } from "./refusalHint.js";

/** What a person can do about a problem, on lines of their own; null if there is nothing to do. */
export function problemHint(problem: Exclude<Problem, { readonly kind: "unreachable" }>): string | null {
  switch (problem.kind) {
    case "refused":
      return refusalHint(problem.rejection);
    case "relay":
      return RELAY_HINTS[problem.error];
    case "link":
      return LINK_HINTS[problem.fault];
    case "malformed":
      return MALFORMED[problem.what] ?? null;
    case "starved":
      return starvedHint(problem.by ?? []);
    // The person's own will.
    case "cancelled":
      return null;
    default:
      return HINTS[problem.kind]();
  }
}

type Plain = Exclude<
  Problem["kind"],
  "unreachable" | "refused" | "relay" | "link" | "malformed" | "cancelled" | "starved"
>;

const OPERATOR = "Try again. If that doesn't help, ask the relay's operator.";
const UPDATE = "Update Conclave and try again. If that doesn't help, ask the relay's operator.";
const LATER = "Wait a moment and try again.";

const HINTS: Readonly<Record<Plain, () => string>> = {
  behind: () => OPERATOR,
  underway: WAITING,
  clock: () => "Set this machine's clock. If it is already right, give the same command again with --trust-clock.",
  coming_back: () => `To see how far it is:  ${nextCommand("status")}`,
  restored: () => `To come back, or find out who can help you:  ${nextCommand("resume")}`,
  closed: () => "Check that the disk is not full, then try again.",
  unsure: () =>
    `Check that the disk is not full, and look whether it is there before you try again:  ${nextCommand("history")}`,
  corrupted: () => "Nothing of it was kept. Ask the person who sent it to send it again.",
  already_here: () => `To talk:            ${nextCommand("chat")}\nTo see your rooms:  ${nextCommand("rooms")}`,
  leaving: () => `To stay after all:  ${nextCommand("leave", "--undo")}`,
  not_member: STATUS,
  unknown: () => `To see what there is:  ${nextCommand("requests")}  or  ${nextCommand("history", "--ids")}`,
  too_large: () => "Send it in parts, or make it smaller.",
  source: () => "Check that the file exists, that you can read it, and that nothing else is writing to it.",
};

/** Whoever keeps coming first can be removed by those who may. */
function starvedHint(by: readonly Rival[]): string {
  const doors = by
    .filter(({ canRemove }) => canRemove)
    .map(({ person }) => {
      const name = safeName(person.name);
      return `If it goes on, to remove ${name}:  ${nextCommand("remove", `${name}#${shownTag(person)}`)}`;
    });
  return [`To see what came first:  ${nextCommand("log")}`, ...doors].join("\n");
}

const RELAY_HINTS: Readonly<Record<RelayError, string>> = {
  bad_frame: UPDATE,
  hello_expected: UPDATE,
  unsupported_version: "Update Conclave, or ask the relay's operator to update it there.",
  too_large: "Send it in parts, or ask the relay's operator for a higher limit.",
  rate_limited: LATER,
  shutting_down: LATER,
  create_denied: "Ask the relay's operator for a permit, and give it in CONCLAVE_PERMIT.",
  unlinked: UPDATE,
  on_probation: "Try again when somebody else has been online, or in ten minutes.",
  room_damaged: "Tell the relay's operator: its log says which row. You can still read what is stored here.",
  room_unknown:
    "The relay is running, but doesn't have this room. Ask its operator whether its data folder was lost or replaced. You can still read what is stored here. If it does not come back, an owner can move the room, to the same address too if a new relay runs there: see room move --old-gone.",
  room_deleted:
    "You can still read what is stored here. To go on, an owner can move the room to another relay (see room move --old-gone), or somebody starts a new one: see room new.",
  room_exists:
    "Somebody else brought a room with this tag there first. Ask an owner to move the room to another relay: see room move --old-gone.",
  stale_epoch: OPERATOR,
  append_conflict: OPERATOR,
  proof_invalid: OPERATOR,
  write_denied: OPERATOR,
  slot_unknown: "This link was closed, or it belongs to another relay: ask for a new one.",
  slot_closed: "Ask for a new link.",
  token_denied: OPERATOR,
  inbox_denied: OPERATOR,
  blob_unknown: "Ask the person who sent it to send it again.",
  quota_exceeded: "Send something smaller, or ask the relay's operator for more space.",
  blob_conflict: OPERATOR,
  storage_full: "Ask the relay's operator to free some disk space. What is stored here will be sent later.",
  storage_busy: LATER,
  room_recovering:
    "The relay was restored from a backup, and members' devices bring back what it lost. Wait: it goes on by itself, usually within a minute. What is stored here will be sent then.",
};

const LINK_HINTS: Readonly<Record<LinkFault, string>> = {
  none: "A link looks like http://127.0.0.1:4430/#/join/v1.… and goes in quotes.",
  cut: "Copy all of it, and put it in quotes.",
  changed: "Copy it again from where it was sent, or ask for it again.",
  newer: "Update Conclave, then try again.",
  several: "Give just one of them.",
  too_long: "Give the link and nothing else.",
};

const MALFORMED: Readonly<Record<string, string>> = {
  relay: "An address looks like http://127.0.0.1:4430 or https://chat.example.org.",
  name: "A name can be up to 128 bytes: 128 plain Latin letters, for example, or 32 emoji.",
  title: "A title can be up to 128 bytes: 128 plain Latin letters, for example, or 32 emoji.",
  body: "A message can be up to 60 KiB.",
};
