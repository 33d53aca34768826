import type { RoomJoinRequest, RoomProposal, DecisionProgress, NamedPerson, RoomSession } from "@conclave/client";
import { equalBytes, toHex } from "@conclave/codec";
import type { ActionHash } from "@conclave/protocol";
import { CliError } from "../cliError.js";
import { ANSWER_MS, decidedBy, seen } from "../room/decide.js";
import { findRequest } from "../room/find.js";
import { flushed } from "../room/inStep.js";
import { orThrow } from "../room/orThrow.js";
import { requestName } from "../room/requestName.js";
import { decisionSummary, labelsOf, proposalSummary } from "../session/decisionView.js";
import { decidingError, unknownError } from "../session/fate.js";
import { problemError } from "../session/problem.js";
import { SHOWN_ID } from "../session/timelineView.js";
import { safeLine, safeName } from "../terminal/safeText.js";

/** What came of an answer to a proposal or to a request. */
export interface Answered {
  readonly document: object;
  /** What to say of it; with `progress`, once it is done. */
  readonly lines: readonly [string, ...string[]];
  /** Null where nothing waits for others. */
  readonly progress: DecisionProgress | null;
  /** What was answered is of no use, and why; null where it is. */
  readonly inVain?: string | null;
}

/** For who gave an approval that the rules do not ask for; null where it counts, or is not needed any more. */
export function inVain(room: RoomSession, actionHash: ActionHash): string | null {
  const proposal = room.proposals().find((each) => equalBytes(each.actionHash, actionHash));
  if (!proposal || proposal.approvedBy.some(({ isYou }) => isYou)) return null;
  return NOT_COUNTED;
}

const NOT_COUNTED = "by the room's rules your approval doesn't count for this: others have to approve it.";

/** The commands that answer a proposal; none for those whose answer the rules do not ask for. */
export function answersTo({ by, isAsked, refusal, approvedBy, declinedBy }: RoomProposal): readonly string[] {
  const isYou = (person: NamedPerson) => person.isYou;
  if (by.isYou) return ["withdraw"];
  if (refusal !== null || approvedBy.some(isYou)) return ["decline"];
  if (declinedBy.some(isYou)) return ["approve"];
  return isAsked ? ["approve", "decline"] : [];
}

/** How another command is typed where the answer was given: in a terminal, or in the chat. */
export type Door = (command: string, ...args: string[]) => string;

/** Approves what somebody has proposed. */
export async function approveProposal(room: RoomSession, given: string, door: Door): Promise<Answered> {
  const named = proposalsCalled(room, given);
  // It may have been carried out a moment ago: then say so.
  const done = named.length === 0 && isLong(given) ? decidedBy(room, wanted(given)) : null;
  if (done) {
    const summary = safeLine(decisionSummary(done, labelsOf(room)));
    return { document: { proposal: given.trim(), done: true }, lines: [`Already done: ${summary}.`], progress: null };
  }
  const proposal = theOne(room, named, given, door);
  const { by, actionHash } = proposal;
  const summary = safeLine(proposalSummary(room, proposal));
  const progress = await seen(room, orThrow(await room.approve(actionHash), room, decidingError), "approval");
  const lines = [`Done, as ${by.isYou ? "you" : safeName(by.name)} proposed: ${summary}.`] as const;
  return { document: { proposal: toHex(actionHash) }, lines, progress, inVain: inVain(room, actionHash) };
}

/** Lets in somebody who asked. */
export async function admitNamed(
  room: RoomSession,
  given: string,
): Promise<Answered & { readonly progress: DecisionProgress }> {
  const request = findRequest(orThrow(await room.requests(), room), given);
  const progress = await seen(room, orThrow(await room.admit(request.id), room, decidingError));
  const lines = [`${safeName(request.name)} is in the room.`] as const;
  return { document: { request: requestName(request) }, lines, progress };
}

/** Turns down somebody who asked to join. */
export async function denyNamed(room: RoomSession, given: string): Promise<Answered> {
  return await deny(room, findRequest(orThrow(await room.requests(), room), given));
}

async function deny(room: RoomSession, request: RoomJoinRequest): Promise<Answered> {
  orThrow(await room.denyRequest(request.id), room, (problem, relay) =>
    problem.kind === "unreachable" ? unknownError(problem, relay) : problemError(problem, relay),
  );
  const document = { request: requestName(request), done: true };
  return { document, lines: [`${safeName(request.name)} was turned down.`], progress: null };
}

/** Declines somebody else's proposal. If no proposal has that id, it denies a request to join, as `decline` once did. */
export async function declineNamed(room: RoomSession, given: string, door: Door): Promise<Answered> {
  const waiting = orThrow(await room.requests(), room);
  const named = proposalsCalled(room, given);
  if (named.length === 0) return await deny(room, findRequest(waiting, given));
  const proposal = theOne(room, named, given, door);
  // People choose their names: one that looks like a proposal's id must not decide what is declined.
  const namesake = waiting.find(({ name }) => name.toLowerCase() === wanted(given));
  if (namesake) {
    const hint = `Give the request's id, or more of the proposal's id:  ${door("requests")}`;
    throw new CliError("AMBIGUOUS", `"${safeName(given)}" is both somebody who asks to join and a proposal.`, hint);
  }
  const id = toHex(proposal.actionHash);
  if (proposal.by.isYou) {
    const hint = `To withdraw it:  ${door("withdraw", id.slice(0, SHOWN_ID))}`;
    throw new CliError("NOT_ALLOWED", "You proposed this yourself.", hint);
  }
  const summary = safeLine(proposalSummary(room, proposal));
  orThrow(await room.declineProposal(proposal.actionHash), room);
  await flushed(room, "answer", ANSWER_MS);
  const lines = [`Declined: ${summary}.`, "The others can see that. They can still approve it."] as const;
  return { document: { proposal: id, done: true }, lines, progress: null };
}

/** Withdraws your own proposal. */
export async function withdrawProposal(room: RoomSession, given: string, door: Door): Promise<Answered> {
  const proposal = theOne(room, proposalsCalled(room, given), given, door);
  const id = toHex(proposal.actionHash);
  if (!proposal.by.isYou) {
    const hint = `To decline it:  ${door("decline", id.slice(0, SHOWN_ID))}`;
    throw new CliError(
      "NOT_ALLOWED",
      `${safeName(proposal.by.name)} proposed this, so only they can withdraw it.`,
      hint,
    );
  }
  const summary = safeLine(proposalSummary(room, proposal));
  orThrow(await room.withdrawProposal(proposal.actionHash), room);
  await flushed(room, "withdrawal", ANSWER_MS);
  const others = room.proposals().find(({ actionHash }) => toHex(actionHash) === id);
  const next = others
    ? `${safeName(others.by.name)} proposed it too, so it stays open.`
    : "Nobody needs to approve it any more.";
  const lines = [`Withdrawn: ${summary}. ${next}`] as const;
  return { document: { proposal: id, done: true }, lines, progress: null };
}

/** "Alice proposes to remove Bob (1 of 2)": what waits, as something that has not happened. */
export function proposes(room: RoomSession, proposal: RoomProposal): string {
  const { by, approvedBy, need, refusal } = proposal;
  const who = by.isYou ? "You propose" : `${safeName(by.name)} proposes`;
  const how = refusal ? "cannot be done" : `${approvedBy.length} of ${need}`;
  return `${who} to ${safeLine(proposalSummary(room, proposal))} (${how})`;
}

/** The one open proposal whose id begins so. @throws CliError */
export function proposalCalled(room: RoomSession, given: string, door: Door): RoomProposal {
  return theOne(room, proposalsCalled(room, given), given, door);
}

const wanted = (given: string) => given.trim().toLowerCase();
const isLong = (given: string) => wanted(given).length >= 4;

/** The open proposals whose id begins so: at least four characters. */
function proposalsCalled(room: RoomSession, given: string): RoomProposal[] {
  if (!isLong(given)) return [];
  return room.proposals().filter(({ actionHash }) => toHex(actionHash).startsWith(wanted(given)));
}

function theOne(room: RoomSession, named: readonly RoomProposal[], given: string, door: Door): RoomProposal {
  const [proposal, ...others] = named;
  if (!proposal) {
    const hint = `To see what is waiting for approval:  ${door("requests")}`;
    throw new CliError("NOT_FOUND", `No proposal begins with "${safeName(given)}".`, hint);
  }
  if (others.length === 0) return proposal;
  const list = named.map((each) => `  ${toHex(each.actionHash).slice(0, SHOWN_ID)}    ${proposes(room, each)}`);
  const hint = `Give more of its id:\n${list.join("\n")}`;
  throw new CliError("AMBIGUOUS", `More than one proposal begins with "${safeName(given)}".`, hint);
}
