import type { Rejection, RejectionCode } from "@conclave/protocol";
import { LINK, nextCommand, otherCommand } from "../terminal/nextCommand.js";

/** What a person can do about a refusal. */
export function refusalHint({ code, detail = "" }: Rejection): string {
  return (ALREADY[code === "already_so" ? detail : ""] ?? REFUSALS[code])();
}

/** Where a person sees how they stand in the room. */
export const STATUS = () => `To see where you stand in the room:  ${nextCommand("status")}`;
/** Where a person sees whether something of theirs still has to be sent. */
export const WAITING = () => `To see whether something is still waiting to be sent:  ${nextCommand("status")}`;
const MEMBERS = () => `To see who is in the room, and their roles:  ${nextCommand("members")}`;
const REQUESTS = () => `To see what is waiting for approval:  ${nextCommand("requests")}`;
const POLICY = () => `To see who decides what:  ${nextCommand("policy")}`;
const LEAVE = () => `To leave the room:  ${nextCommand("leave")}`;
const ANOTHER = () => "Ask for a new link.";
const SUSPICIOUS = () => "Do not join here. Show this to the person who sent you the link.";
const AGAIN = () => "Try again: it will be checked against the room as it is now.";
const FAULT = () => "Update Conclave and try again. If that doesn't help, please report it.";
const NEW_LETTER = () => `Ask for a new one:  ${otherCommand("approve", "ID", "--export", "FILE")}`;
const ASK_AGAIN = () => `The person who wants to join has to ask again:  ${otherCommand("join", LINK)}`;

/**
 * What to do about each refusal. Made when it is said: only then is it known how the program was started, and for which home.
 *
 * RULE: cli.every-door: a person who is refused is told what they can do, and only commands that exist are named. A code without a
 * hint does not compile.
 */
const REFUSALS: Readonly<Record<RejectionCode, () => string>> = {
  update_needed: () => "Update Conclave, then try again. What is stored here can still be read.",
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
  rate_limited: () => `Somebody else has to decide something first. To see what was decided:  ${nextCommand("log")}`,
  sealed: () => `People can still leave:  ${nextCommand("leave")}`,
  last_owner: () => `Make somebody else the owner first:  ${nextCommand("hand-over", "NAME")}`,
  invalid_policy: () => `Choose another policy:  ${nextCommand("policy", "set", "POLICY")}`,
  invalid_action: FAULT,
  member_limit: MEMBERS,
  steward_limit: MEMBERS,
  is_steward: MEMBERS,
  ballot_limit: () =>
    `Somebody in the room first has to let fewer people decide about the rules:  ${nextCommand("policy", "set", "POLICY")}`,
  already_member: () =>
    "If that is you on another device, go on there. If you lost it, ask somebody in the room to remove you first; then you can join with a new link.",
  not_member: MEMBERS,
  banned: () => "Ask somebody in the room for a link made with --mode ask: then they can let you in.",
  bad_leaf_cert: FAULT,
  leaf_reused: FAULT,
  leaf_not_plain: FAULT,
  device_limit: FAULT,
  no_sponsor: FAULT,
  own_device: LEAVE,
  last_device: LEAVE,
  bad_key_package: ASK_AGAIN,
  key_package_expired: ASK_AGAIN,
  invite_unknown: ANOTHER,
  invite_revoked: ANOTHER,
  invite_expired: ANOTHER,
  invite_used_up: ANOTHER,
  invite_not_for_you: ANOTHER,
  invite_wrong_role: ANOTHER,
  invite_needs_admission: () =>
    `Somebody in the room can make a link to ask with:  ${otherCommand("invite", "--mode", "ask")}`,
  invite_stale: () => `Ask again with the link:  ${otherCommand("join", LINK)}`,
  declined: () => "Ask the person who sent you the link.",
  invite_exists: () => `To see the room's invites:  ${nextCommand("invites")}`,
  invite_limit: () => `Close one that nobody needs:  ${nextCommand("revoke", "INVITE")}`,
  bad_invite_proof: ANOTHER,
  bad_reseat_proof: STATUS,
  key_not_listed: () => `Ask somebody in the room to list it:  ${otherCommand("allow", "KEYFILE")}`,
  key_used: () =>
    `If that was you, ask somebody in the room to list the key again:  ${otherCommand("disallow", "KEY")}, then  ${otherCommand("allow", "KEYFILE")}`,
  key_limit: () => `Take keys off the list that nobody needs:  ${nextCommand("disallow", "KEY")}`,
  bad_ssh_signature: () => `Sign with a listed key:  ${nextCommand("join", LINK, "--ssh-key", "KEYFILE")}`,
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
  wrong_key_check: FAULT,
  not_active: STATUS,
  pending: WAITING,
  not_caught_up: () => `To catch up:  ${nextCommand("sync")}`,
  paused: () => `To see the alarm:  ${nextCommand("status")}\nThen, to go on:    ${nextCommand("resume")}`,
  too_large: () => `Send a long text as a file:  ${nextCommand("send", "--file", "PATH")}`,
  unknown_proposal: REQUESTS,
  already_so: STATUS,
  bad_letter: NEW_LETTER,
  letter_too_large: NEW_LETTER,
  letter_wrong_room: () => "Choose the room with --room, or ask for a file of this room.",
  letter_too_old: NEW_LETTER,
  letter_taken_back: NEW_LETTER,
  letter_void: REQUESTS,
  letter_unknown_proposal: () =>
    `First import the approval of the person who proposed it:  ${otherCommand("approve", "--import", "FILE")}`,
  bad_link: () => "Copy the whole link again, or ask for it again.",
  bad_slot: () => "Check that the link is complete. If it is, ask for a new one: this one may have been closed.",
  bad_history: SUSPICIOUS,
  below_floor: SUSPICIOUS,
  bad_admission: SUSPICIOUS,
};

/** Where to see what is already so. */
const ALREADY: Readonly<Record<string, () => string>> = {
  policy: POLICY,
  role: MEMBERS,
  approval: REQUESTS,
  decline: REQUESTS,
};
