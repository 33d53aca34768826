import { equalBytes, done, failed, type Result, utf8Bytes } from "@conclave/codec";
import { inviteLink, type CommitRequest, type InviteId, MAX_WELCOME_TEXT_BYTES } from "@conclave/protocol";
import type { InviteMade, InviteOptions, DecisionProgress } from "../api/invitation.js";
import type { Problem } from "../api/problem.js";
import { invitesOf } from "../timeline/roomView.js";
import type { RoomEngine } from "./roomEngine.js";
import type { RoomState } from "../work/roomState.js";

/** Makes an invite: its secret is stored first, then it is decided, then its slot is put, so that the link works. */
export async function createInvite(
  engine: RoomEngine,
  options: InviteOptions,
  decide: (wanted: CommitRequest) => Promise<Result<DecisionProgress, Problem>>,
): Promise<Result<InviteMade, Problem>> {
  const { state } = engine;
  const { label, role = "member", notAfter, mode, welcomeText = "" } = options;
  if (!state.room) return failed({ kind: "not_member" });
  if (utf8Bytes(welcomeText).length > MAX_WELCOME_TEXT_BYTES) return failed({ kind: "malformed", what: "welcome" });
  const now = state.now();
  // RULE: client.invite-opens: a link's end is counted in the room's own time, by which it ends: where that is ahead of this
  // clock the link still lasts as long as was asked for, and one that would be void when it is made is not made.
  const ahead = Math.max(0, state.room.roster.chainTime - now);
  if (notAfter !== null && notAfter <= now) return failed({ kind: "refused", rejection: { code: "invite_expired" } });
  const end = notAfter === null ? null : notAfter + ahead;
  const { action, secret } = state.room.newInvite({ for: options.for, role, notAfter: end, mode, welcomeText });
  const { inviteId } = action.invite;
  const kept = await state.transact((tx) => {
    state.invites.add(tx, { inviteId, label, secret });
  });
  if (!kept.ok) return kept;
  const decided = await decide(action);
  if (!decided.ok) return decided;
  const invitation = invitesOf(state).find((each) => equalBytes(each.inviteId, inviteId)) ?? null;
  const isMade = decided.value.done;
  const link = isMade && options.host !== undefined ? ownLinkOf(state, inviteId, options.host) : null;
  // RULE: client.link-works: what a link needs at the relay is put there before it is said that it works (docs/protocol.md §7).
  const isReady = isMade && engine.slots.isDone;
  return done({ progress: decided.value, inviteId, invitation: isMade ? invitation : null, link, isReady });
}

/** The link of an invite that was made here; null of another's. */
export function ownLinkOf({ invites, room }: RoomState, inviteId: InviteId, host: string): string | null {
  const own = invites.find(inviteId);
  return own && room && inviteLink(host, room.linkOf(own.secret));
}
