import type { Result } from "@conclave/codec";
import { type InboxId, inboxIdOf } from "@conclave/wire";
import { sealDecline } from "../invite/decline.js";
import { readInviteProof } from "../invite/inviteProof.js";
import type { JoinRequest } from "../invite/joinRequest.js";
import type { Rejection } from "../policy/rejection.js";
import { agedProof, type ProofAge } from "../roster/inviteCheck.js";
import { openRequest, UNOPENED } from "./doorway.js";
import { hasAllRequestKeys } from "./keyring.js";
import type { RoomParts } from "./parts.js";

/** Refusals of a request that every member gives alike, whatever their clock says and whichever keys they have. */
const JUNK_REQUEST: ReadonlySet<Rejection["code"]> = new Set([
  "malformed",
  "bad_key_package",
  "bad_leaf_cert",
  "bad_invite_proof",
  "invite_unknown",
]);

/** The requests of those who ask to be let in (docs/protocol.md §7), as they lie at the relay. */
export class RoomRequests {
  constructor(private readonly parts: RoomParts) {}

  /** Opens a join request from the relay. */
  open(blob: Uint8Array, now: number): Result<JoinRequest, Rejection> {
    return openRequest(this.parts, blob, now);
  }

  /**
   * How old a request is that {@link open} gave, in the room as it is now. Only a `fresh` one is to be admitted: where the entry names no
   * link, as with a steward, no rule looks at it any more.
   */
  ageOf({ inviteProof }: Pick<JoinRequest, "inviteProof">): ProofAge {
    const read = inviteProof && readInviteProof(inviteProof);
    return read ? (agedProof(this.parts.roster, read.proof) ?? "over") : "fresh";
  }

  /**
   * Whether a join request that {@link open} refused so is of no use to any member: nobody has a key that opens it, or it
   * is not one that anybody could admit.
   */
  isJunk({ code, detail }: Rejection): boolean {
    if (code === "malformed" && detail === UNOPENED) return hasAllRequestKeys(this.parts.keys);
    return JUNK_REQUEST.has(code);
  }

  /** Our signed no to a join request, and where it goes. Null when the request's keys are unusable. */
  deny(request: JoinRequest, now: number): { inboxId: InboxId; blob: Uint8Array } | null {
    const { primitives, core, roomTag } = this.parts;
    const { crypto } = primitives;
    const { roomId, person, leaf, leafSeed } = core;
    const { replyPub, inboxPub, leaf: asked } = request;
    const blob = sealDecline(primitives, { roomTag, replyPub, leafSeed }, { roomId, asked, person, leaf, time: now });
    return blob && { inboxId: inboxIdOf((data) => crypto.hash("sha256", data), inboxPub), blob };
  }
}
