import type { Decision, RoomInvite, DecisionProgress, RoomSession } from "@conclave/client";
import { usualMode } from "@conclave/client";
import { toHex } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import { type Action, actionHash, type InviteFor, type InviteId } from "@conclave/protocol";
import { decidingError, type Stored } from "../session/fate.js";
import { webAddress } from "../session/relayAddress.js";
import { flushed } from "./inStep.js";
import { orThrow } from "./orThrow.js";

/** How long the relay may take to accept a farewell or an answer to a proposal (ms). */
export const ANSWER_MS = 12_000;

/** Takes a decision, or proposes it. @throws CliError that says what became of it. */
export async function decide(room: RoomSession, action: Action): Promise<DecisionProgress> {
  return await seen(room, orThrow(await room.decide(action), room, decidingError));
}

/** If others have to approve, waits until they can see the proposal. */
export async function seen(
  room: RoomSession,
  progress: DecisionProgress,
  what: Stored = "proposal",
): Promise<DecisionProgress> {
  if (!progress.done) await flushed(room, what, ANSWER_MS);
  return progress;
}

/** Whether the action would change nothing: then nothing is decided, and nobody is asked. */
export function isAlreadySo(room: RoomSession, action: Action): boolean {
  const outlook = room.outlook(action);
  return outlook.can === "no" && outlook.why.code === "already_so";
}

/** Whether this person can set the room's clock. */
export function mayResetClock(room: RoomSession): boolean {
  return room.outlook({ type: "resetTime" }).can !== "no";
}

/** What was decided by the proposal whose id begins with this; null if nothing was. */
export function decidedBy(room: RoomSession, proposalId: string): Decision | null {
  const isIt = ({ action, by }: Decision) => toHex(actionHash(nodeCrypto, action, by.person)).startsWith(proposalId);
  return room.decisions().findLast(isIt) ?? null;
}

/** What to make an invite with. */
export interface InviteChoice {
  readonly label: string;
  /** How many people can use it; null for everybody with a listed SSH key. */
  readonly uses: number | null;
  /** Ms from now; null for never. */
  readonly expires: number | null;
  /** Null for what suits the room: `ask` if several people decide together who joins, else `direct`. */
  readonly mode: "direct" | "ask" | "auto" | null;
  /** A few words to who comes; none when left out. */
  readonly welcomeText?: string;
}

function kindOf(uses: number | null): InviteFor {
  if (uses === null) return { class: "listed" };
  return uses === 1 ? { class: "single" } : { class: "multi", limit: uses };
}

/** What came of it: an invite and its link, or neither if others have to approve first. */
export type Made = { readonly progress: DecisionProgress; readonly inviteId: InviteId; readonly isReady: boolean } & (
  { readonly invitation: RoomInvite; readonly link: string } | { readonly invitation: null; readonly link: null }
);

/** Makes an invite. @throws CliError */
export async function makeInvite(
  room: RoomSession,
  { label, uses, expires, mode, welcomeText = "" }: InviteChoice,
): Promise<Made> {
  const notAfter = expires === null ? null : Date.now() + expires;
  const kind = kindOf(uses);
  const host = webAddress(room.relay);
  const options = { label, for: kind, notAfter, mode: mode ?? usualMode(room.policy()), host, welcomeText };
  const made = orThrow(await room.createInvite(options), room, decidingError);
  const { inviteId, invitation, isReady, link } = made;
  const progress = await seen(room, made.progress);
  if (!invitation || link === null) return { progress, inviteId, isReady, invitation: null, link: null };
  return { progress, inviteId, isReady, invitation, link };
}
