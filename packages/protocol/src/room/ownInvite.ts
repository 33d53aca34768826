import type { InviteTerms } from "../invite/invite.js";
import { inviteKeys } from "../invite/inviteKeys.js";
import { MOST_RETURNS, returnSecret } from "../invite/returnSecret.js";
import type { Action } from "../roster/action.js";
import { inviteOf, memberOf } from "../roster/roster.js";
import { openReturnOf } from "../roster/transitionInvite.js";
import type { RoomParts } from "./parts.js";

/** What a person chooses of an invite. */
export type NewTerms = Pick<InviteTerms, "for" | "role" | "notAfter" | "mode">;

/** A new invite: the action to act out, and the secret for its link. */
export function newInvite(parts: RoomParts, terms: NewTerms): { action: Action; secret: Uint8Array } {
  const secret = parts.primitives.random(32);
  return { action: inviteOfSecret(parts, secret, terms), secret };
}

/**
 * What lets our person come back to this room by the recovery words alone. Null where there is such an invite already, they
 * are no owner, or the room is sealed. `seed`: the identity's.
 */
export function newReturn(parts: RoomParts, seed: Uint8Array): Action | null {
  const { roster, core, primitives } = parts;
  const { person, roomId } = core;
  const isOwner = memberOf(roster, person)?.role === "owner";
  if (roster.sealed || !isOwner || openReturnOf(roster, person) !== null) return null;
  const terms: NewTerms = { for: { class: "personal", person }, role: "member", notAfter: null, mode: "return" };
  for (let number = 0; number < MOST_RETURNS; number++) {
    const action = inviteOfSecret(parts, returnSecret(primitives.crypto, seed, roomId, number), terms);
    if (inviteOf(roster, action.invite.inviteId) === null) return action;
  }
  return null;
}

function inviteOfSecret({ primitives, core }: RoomParts, secret: Uint8Array, terms: NewTerms) {
  const { inviteId, joinPub, slot, tokenPub } = inviteKeys(primitives.crypto, core.roomId, secret);
  return { type: "createInvite", invite: { inviteId, joinPub, slotPub: slot.publicKey, tokenPub, ...terms } } as const;
}
