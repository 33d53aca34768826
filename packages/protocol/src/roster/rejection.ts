/**
 * Why something was refused: a closed set of stable codes. `you` is the sentence for the person whose act it was, `others`
 * the one for everybody else.
 */
export const REJECTIONS = {
  malformed: { you: "Your app sent something unreadable.", others: "Something unreadable was refused." },
  bad_signature: { you: "Your app's signature does not hold.", others: "A change with a false signature was refused." },

  wrong_room: { you: "That belongs to another room.", others: "A change made for another room was refused." },
  wrong_seq: { you: "Somebody else's change came first.", others: "A change that does not come next was refused." },
  wrong_prev: { you: "Somebody else's change came first.", others: "A change on another history was refused." },
  wrong_epoch: { you: "Somebody else's change came first.", others: "A change from another time was refused." },
  wrong_transcript: { you: "Your app saw another history.", others: "A change on another history was refused." },
  wrong_policy: { you: "The room's rules changed meanwhile.", others: "A change made under other rules was refused." },
  state_mismatch: { you: "Your app expects another result.", others: "A change with a false result was refused." },

  author_unknown: { you: "You are not in this room.", others: "A change by somebody from outside was refused." },
  author_not_committer: {
    you: "Your app signed for another device.",
    others: "A change with a false author was refused.",
  },
  not_allowed: {
    you: "The room's rules do not let you do that.",
    others: "A change without the right to it was refused.",
  },
  approvals_missing: { you: "More people must agree first.", others: "A change that too few agreed to was refused." },
  above_own_role: {
    you: "You cannot touch a role above your own.",
    others: "A change above its author's role was refused.",
  },
  rate_limited: {
    you: "You removed as many as one may for now.",
    others: "Too many removals by one person were refused.",
  },

  sealed: { you: "This room is sealed; it stays as it is.", others: "A change to a sealed room was refused." },
  last_owner: {
    you: "A room needs an owner: make another one first, or seal it.",
    others: "A change that leaves no owner was refused.",
  },
  invalid_policy: {
    you: "These rules would lock the room; to do that, seal it.",
    others: "Rules that lock the room were refused.",
  },
  invalid_action: { you: "Your app asked for something senseless.", others: "A senseless change was refused." },
  member_limit: { you: "This room is full.", others: "Somebody could not join: the room is full." },

  already_member: { you: "This person is in the room already.", others: "Somebody was to be added twice." },
  not_member: { you: "This person is not in the room.", others: "A change about somebody not here was refused." },
  banned: {
    you: "You were shown out and cannot return by a link.",
    others: "Somebody shown out tried to return by a link.",
  },
  bad_leaf_cert: {
    you: "Your device's certificate does not hold.",
    others: "A device without its owner's word was refused.",
  },
  leaf_reused: { you: "Your app used a key twice.", others: "A key that is in use was refused." },
  device_limit: { you: "You have as many devices here as one may.", others: "Somebody has too many devices." },
  no_sponsor: {
    you: "Another of your devices must let this one in.",
    others: "A device that no other let in was refused.",
  },
  own_device: { you: "A device cannot take itself out.", others: "A device tried to take itself out." },
  last_device: { you: "That is the last device: leave instead.", others: "A last device was to be taken out." },
  bad_key_package: {
    you: "Your request to join does not hold.",
    others: "A request to join that does not hold was refused.",
  },
  key_package_expired: { you: "Your request is too old: ask again.", others: "A request to join was too old." },

  invite_unknown: {
    you: "This link is not known in the room.",
    others: "Somebody came by a link that does not exist.",
  },
  invite_revoked: { you: "This link was withdrawn.", others: "Somebody came by a withdrawn link." },
  invite_expired: { you: "This link has expired.", others: "Somebody came by an expired link." },
  invite_used_up: { you: "This link was used already.", others: "Somebody came by a link that is used up." },
  invite_not_for_you: { you: "This link is for somebody else.", others: "Somebody came by another person's link." },
  invite_wrong_role: {
    you: "This link does not give that role.",
    others: "Somebody wanted more than their link gives.",
  },
  invite_needs_admission: {
    you: "With this link one asks, and somebody decides.",
    others: "Somebody came in where one has to ask.",
  },
  declined: { you: "The room said no to your request.", others: "A request to join was declined." },
  invite_exists: { you: "There is such an invite already.", others: "An invite with a used id was refused." },
  invite_limit: { you: "There are too many open links.", others: "A link too many was refused." },
  bad_invite_proof: { you: "This link's proof does not hold.", others: "Somebody came with a false proof." },

  bad_approval: { you: "An approval does not hold.", others: "A change with a false approval was refused." },
  bad_farewell: { you: "The farewell does not hold.", others: "A false farewell was refused." },

  mls: { you: "Your app's change of keys does not hold.", others: "A change of keys that does not hold was refused." },
  forbidden_proposal: {
    you: "This room never accepts that kind of change.",
    others: "A forbidden kind of change was refused.",
  },
  missing_path: { you: "Your app's change brings no new keys.", others: "A change without new keys was refused." },
  credential_changed: { you: "Your app tried to change who it is.", others: "A device tried to change who it is." },
  wrong_binding: {
    you: "Your app bound the keys to another roster.",
    others: "A change bound to another roster was refused.",
  },
  ghost: { you: "Your app's keys do not fit the roster.", others: "A change that would hide a device was refused." },
  no_record: { you: "Your app did not say what it changed.", others: "A change without its record was refused." },
  wrong_record: { you: "Your app recorded another change.", others: "A change with another record was refused." },
  wrong_roster_key: {
    you: "Your app gave a false roster key.",
    others: "A change with a false roster key was refused.",
  },

  not_active: { you: "You cannot do that in this room now.", others: "A device is not active here." },
  pending: { you: "Another change of yours is on its way.", others: "A change is on its way." },
  not_caught_up: { you: "Your app is still catching up.", others: "A device is catching up." },
  paused: { you: "Sending is paused after an alarm.", others: "A device has paused." },
  too_large: { you: "That is too large.", others: "Something too large was refused." },
  unknown_proposal: { you: "Nobody asked for that.", others: "A yes to nothing was ignored." },

  bad_link: { you: "This link is damaged.", others: "A damaged link was refused." },
  bad_slot: { you: "The server has nothing valid for this link.", others: "A false invitation was refused." },
  bad_history: { you: "The server's history of this room does not hold.", others: "A false history was refused." },
  below_floor: { you: "The server shows an older room than the link promises.", others: "An older state was refused." },
  bad_admission: { you: "The answer to your request does not hold.", others: "A false admission was refused." },
} as const satisfies Record<string, { readonly you: string; readonly others: string }>;

/** The stable name of a refusal. */
export type RejectionCode = keyof typeof REJECTIONS;

/** A refusal. */
export interface Rejection {
  readonly code: RejectionCode;
  /** What exactly, for logs and tests; no secret, not for screens. */
  readonly detail?: string;
  /** With `approvals_missing`: how many yeses count now, and how many are needed. */
  readonly approvals?: { readonly have: number; readonly need: number };
}

/** A value, or a refusal. */
export type Outcome<T> = { readonly ok: true; readonly value: T } | Refused;

/** A refusal in place of a value. */
export interface Refused {
  readonly ok: false;
  readonly rejection: Rejection;
}

export function done<T>(value: T): Outcome<T> {
  return { ok: true, value };
}

export function refused(code: RejectionCode, detail?: string): Refused {
  return { ok: false, rejection: detail === undefined ? { code } : { code, detail } };
}

/** The sentence of a refusal, for the person whose act it was (`you`) or for the others. */
export function explain(rejection: Rejection, to: "you" | "others"): string {
  return REJECTIONS[rejection.code][to];
}
