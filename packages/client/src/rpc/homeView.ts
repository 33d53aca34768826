import type { RoomKey } from "./roomKey.js";
import type { Fingerprint, PersonId, Policy } from "@conclave/protocol";
import type { Decision } from "../api/decision.js";
import type { RoomInvite, RoomProposal, RoomSshKey } from "../api/invitation.js";
import type { InvitePreview } from "../api/invitePreview.js";
import type { RoomMember } from "../api/person.js";
import type { Powers } from "../api/powers.js";
import type { RoomVersion } from "../api/roomVersion.js";
import type { Returning, RoomStatus } from "../api/status.js";
import type { SessionEvent } from "../api/sessionEvent.js";
import type { TimelineMessage } from "../api/timeline.js";
import type { TransferEvent } from "./transfers.js";

/** Who we are, for screens. */
export interface SelfView {
  readonly person: PersonId;
  readonly fingerprint: Fingerprint;
  /** The person has the recovery words: rooms that they own are to take them back by them. */
  readonly wantsReturn: boolean;
}

/** What a list of rooms shows. */
export interface RoomSummary {
  readonly key: RoomKey;
  readonly title: string;
  readonly relay: string;
  readonly status: RoomStatus;
  /** The newest message that somebody wrote. */
  readonly latest: TimelineMessage | null;
  /** What was decided after it last, if anything; the confirmation of the time does not count. */
  readonly lately: Decision | null;
  /** When we founded it or came in (ms), as the decision that admitted us says; null while we are not in it. */
  readonly since: number | null;
  /** The beginning of what the person has begun to write there and not sent; empty when nothing. */
  readonly draft: string;
}

/** What a room's panels show: read again when the room has changed. */
export interface RoomDetail {
  readonly key: RoomKey;
  readonly members: readonly RoomMember[];
  readonly policy: Policy | null;
  /** What our person may do here; null where the room is not active. */
  readonly powers: Powers | null;
  /** Its people, roles and rules stay as they are for ever. */
  readonly isSealed: boolean;
  /** The addresses of its mirrors. */
  readonly mirrors: readonly string[];
  /** Which version it is of; null where we are no member. */
  readonly version: RoomVersion | null;
  readonly proposals: readonly RoomProposal[];
  readonly invitations: readonly RoomInvite[];
  /** The SSH keys on the room's list. */
  readonly sshKeys: readonly RoomSshKey[];
  /** Whether the recovery words bring this person back here; as `RoomSession.returning`. */
  readonly returning: Returning | null;
  /** 60 digits each; null where we are no member. */
  readonly roomCode: string | null;
  readonly peopleCode: string | null;
}

/** What a link shows of its room. */
export type DoorView = Omit<InvitePreview, "accept" | "prepareKey">;

/** What an invite leads to, with a ticket to go on with (`accept`). */
export interface InvitedView extends DoorView {
  readonly ticket: number;
}

/** What a home tells its pages. */
export type HomeEvent =
  /** All rooms: at the beginning, and when one came or went. */
  | { readonly type: "rooms"; readonly rooms: readonly RoomSummary[] }
  /** One room has changed: it is shown again, and its details are read again. */
  | { readonly type: "room"; readonly room: RoomSummary }
  /** What happened in a room, in order. */
  | { readonly type: "events"; readonly key: RoomKey; readonly events: readonly SessionEvent[] }
  | TransferEvent;
