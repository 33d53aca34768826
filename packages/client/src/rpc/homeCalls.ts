import type { Result } from "@conclave/codec";
import type { PersonId } from "@conclave/protocol";
import type { Client, RoomOptions } from "../api/client.js";
import type { Decision } from "../api/decision.js";
import type { JoinOptions } from "../api/invitePreview.js";
import type { CheckedBy } from "../api/person.js";
import type { Problem } from "../api/problem.js";
import type { RoomSession } from "../api/roomSession.js";
import type { TransferCalls } from "./transfers.js";
import type { DoorView, InvitedView, RoomDetail, RoomSummary, SelfView } from "./homeView.js";
import type { RoomKey } from "./roomKey.js";

/** What of a room can be called from a page as it is. */
export const ROOM_CALLS = [
  "timeline",
  "find",
  "search",
  "synced",
  "post",
  "send",
  "edit",
  "remove",
  "react",
  "draft",
  "setDraft",
  "uploads",
  "discardUpload",
  "flushed",
  "resume",
  "acknowledge",
  "markRead",
  "looking",
  "checkNow",
  "mute",
  "arrange",
  "forgetMessages",
  "decide",
  "move",
  "addMirror",
  "removeMirror",
  "lookAtMirrors",
  "follow",
  "approve",
  "exportApproval",
  "importApproval",
  "declineProposal",
  "withdrawProposal",
  "outlook",
  "explain",
  "powersAs",
  "mayRemove",
  "createInvite",
  "inviteLink",
  "allowKeys",
  "disallowKeys",
  "prepareReturn",
  "returnLink",
  "requests",
  "admit",
  "denyRequest",
  "leave",
  "stay",
  "fingerprint",
] as const satisfies readonly (keyof RoomSession)[];

/** What of a home can be called from a page as it is. */
export const CLIENT_CALLS = [
  "recoveryPhrase",
  "wantReturn",
  "nudge",
  "search",
  "trustClock",
] as const satisfies readonly (keyof Client)[];

/** A room, as a page calls it. */
export type RoomCalls = Pick<RoomSession, (typeof ROOM_CALLS)[number]>;

/** A home, as a page calls it. */
export interface HomeCalls extends Pick<Client, (typeof CLIENT_CALLS)[number]>, TransferCalls {
  self(): SelfView;
  /** Marks a person as checked, in every room of this home; with null takes the mark away. */
  mark(person: PersonId, how: CheckedBy | null): Promise<void>;
  rooms(): Promise<readonly RoomSummary[]>;
  /** Null for a room that is not here. */
  detail(key: RoomKey): RoomDetail | null;
  decisions(key: RoomKey): readonly Decision[];
  /** Deletes everything about a room from this home. The room's members see nothing of it: leave first. */
  forget(key: RoomKey): Promise<void>;
  createRoom(options: RoomOptions): Promise<Result<RoomKey, Problem>>;
  /** As `Client.comeBack`. */
  comeBack(key: RoomKey): Promise<Result<RoomKey, Problem>>;
  lookAt(link: string): Promise<Result<InvitedView, Problem>>;
  /** As `Client.previewAsked`. */
  lookAsked(key: RoomKey): Promise<Result<DoorView, Problem>>;
  /** Takes the place that the ticket's invite gives, or asks for it; a ticket is good for one try at a time. */
  accept(ticket: number, name: string, note?: string, options?: JoinOptions): Promise<Result<RoomKey, Problem>>;
  /** As `InvitePreview.prepareKey`. */
  prepareKey(ticket: number): Promise<Result<Uint8Array, Problem>>;
  /** One of {@link RoomCalls}. `unknown` for a room that is not here. */
  room(key: RoomKey, method: string, args: readonly unknown[]): Promise<unknown>;
}
