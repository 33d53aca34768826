import type { InviteId } from "../encoding/ids.js";
import type { InviteTerms } from "../invite/invite.js";
import { inviteKeys } from "../invite/inviteKeys.js";
import { MOST_RETURNS, returnSecret } from "../invite/returnSecret.js";
import type { ActionOf } from "../roster/action.js";
import { inviteOf, memberOf } from "../roster/roster.js";
import { openReturnOf } from "../roster/actions/openReturn.js";
import type { RoomParts } from "./parts.js";

type ChosenTerms = Pick<InviteTerms, "for" | "role" | "notAfter" | "mode"> & { readonly welcomeText?: string };
/** What a person chooses of an invite. */
export type NewTerms = Pick<InviteTerms, "for" | "role" | "notAfter"> & {
  readonly mode: "direct" | "ask" | "auto";
  /** Empty when left out. */
  readonly welcomeText?: string;
};

/** A new invite: the action to act out, and the secret for its link. */
export function newInvite(parts: RoomParts, terms: NewTerms): { action: ActionOf<"createInvite">; secret: Uint8Array } {
  const secret = parts.primitives.random(32);
  return { action: { type: "createInvite", invite: inviteOfSecret(parts, secret, terms) }, secret };
}

/**
 * What lets our person come back to this room by the recovery words alone. Null where there is such an invite already, they
 * are no owner, or the room is sealed. `seed`: the identity's. `wasUsed`: ids of invites that the roster has forgotten.
 */
export function newReturn(
  parts: RoomParts,
  seed: Uint8Array,
  wasUsed: (inviteId: InviteId) => boolean,
): ActionOf<"openReturn"> | null {
  const { roster, core, primitives } = parts;
  const { person, roomId } = core;
  const isOwner = memberOf(roster, person)?.role === "owner";
  if (roster.sealed || !isOwner || openReturnOf(roster, person) !== null) return null;
  const terms = { for: { class: "personal", person }, role: "member", notAfter: null, mode: "return" } as const;
  for (let number = 0; number < MOST_RETURNS; number++) {
    const invite = inviteOfSecret(parts, returnSecret(primitives.crypto, seed, roomId, number), terms);
    const isNew = inviteOf(roster, invite.inviteId) === null && !wasUsed(invite.inviteId);
    if (isNew) return { type: "openReturn", invite };
  }
  return null;
}

function inviteOfSecret({ primitives, core }: RoomParts, secret: Uint8Array, terms: ChosenTerms): InviteTerms {
  const { inviteId, joinPub, slot, tokenPub } = inviteKeys(primitives.crypto, core.roomId, secret);
  return { inviteId, joinPub, slotPub: slot.publicKey, tokenPub, welcomeText: "", ...terms };
}
