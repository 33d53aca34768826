import type { Rejection, RejectionCode } from "../policy/rejection.js";

/**
 * What each refusal means, in English, for the person whose act it was. Apart from the codes: whoever judges needs no
 * sentences, and a browser's engine does not carry them.
 */
export const REJECTION_SENTENCES: Readonly<Record<RejectionCode, string>> = {
  malformed: "Your app sent something unreadable.",
  bad_signature: "Your app's signature is not valid.",

  wrong_room: "That belongs to another room.",
  wrong_seq: "Somebody else's change came first.",
  wrong_prev: "Somebody else's change came first.",
  wrong_epoch: "Somebody else's change came first.",
  wrong_transcript: "Your app saw another history.",
  wrong_policy: "The room's rules changed meanwhile.",
  state_mismatch: "Your app expects another result.",

  author_unknown: "You are not in this room.",
  author_not_committer: "Your app signed for another device.",
  not_allowed: "The room's rules do not let you do that.",
  approvals_missing: "More people must agree first.",
  above_own_role: "You cannot touch a role above your own.",
  rate_limited: "You have removed as many people as you may for now.",

  sealed: "This room is sealed; it stays as it is.",
  last_owner: "A room needs an owner: make another one first, or seal it.",
  invalid_policy: "These rules would lock the room; to do that, seal it.",
  invalid_action: "Your app asked for something senseless.",
  member_limit: "This room is full.",

  already_member: "This person is in the room already.",
  not_member: "This person is not in the room.",
  banned: "You are banned from this room, so a link cannot let you in.",
  bad_leaf_cert: "Your device's certificate is not valid.",
  leaf_reused: "Your app used a key twice.",
  device_limit: "You have as many devices here as one may.",
  no_sponsor: "Another of your devices must let this one in.",
  own_device: "A device cannot take itself out.",
  last_device: "That is the last device: leave instead.",
  bad_key_package: "Your request to join is not valid.",
  key_package_expired: "Your request is too old: ask again.",

  invite_unknown: "This link is not known in the room.",
  invite_revoked: "This link was withdrawn.",
  invite_expired: "This link has expired.",
  invite_used_up: "This link was used already.",
  invite_not_for_you: "This link is for somebody else.",
  invite_wrong_role: "This link does not give that role.",
  invite_needs_admission: "With this link one asks, and somebody decides.",
  declined: "The room said no to your request.",
  invite_exists: "There is such an invite already.",
  invite_limit: "There are too many open links.",
  bad_invite_proof: "This link's proof is not valid.",

  bad_approval: "An approval is not valid.",
  bad_farewell: "The farewell is not valid.",

  mls: "Your app's key change is not valid.",
  forbidden_proposal: "This room never accepts that kind of change.",
  missing_path: "Your app's change brings no new keys.",
  credential_changed: "Your app tried to change who it is.",
  wrong_binding: "Your app bound the keys to another roster.",
  ghost: "Your app's keys do not fit the roster.",
  no_record: "Your app did not say what it changed.",
  wrong_record: "Your app recorded another change.",
  wrong_roster_key: "Your app gave a false roster key.",

  not_active: "You cannot do that in this room now.",
  pending: "Another change of yours is on its way.",
  not_caught_up: "Your app is still catching up.",
  paused: "Sending is paused after an alarm.",
  too_large: "That is too large.",
  unknown_proposal: "Nobody asked for that.",
  already_so: "That is so already: nothing was changed.",

  bad_link: "This link is damaged.",
  bad_slot: "The server has nothing valid for this link.",
  bad_history: "The server's history of this room is not valid.",
  below_floor: "The server shows an older room than the link promises.",
  bad_admission: "The answer to your request is not valid.",
};

/** The sentence of a refusal, for the person whose act it was. */
export function explain(rejection: Rejection): string {
  return REJECTION_SENTENCES[rejection.code];
}
