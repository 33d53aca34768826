import { CliError } from "../cliError.js";
import { findOne } from "../model/find.js";
import type { Proposal } from "../model/room.js";
import type { Progress, RoomSession } from "../model/session.js";
import { safeLine, safeName } from "../terminal/safeText.js";

/** What came of an answer to a proposal or to a request. */
export interface Answered {
  readonly document: object;
  /** What to say of it; with `progress`, once it is done. */
  readonly lines: readonly [string, ...string[]];
  /** Null where nothing waits for others. */
  readonly progress: Progress | null;
}

/** How another command is typed where the answer was given: in a terminal, or in the chat. */
export type Door = (command: string, ...args: string[]) => string;

type Room = Pick<
  RoomSession,
  "proposals" | "requests" | "decided" | "approve" | "decline" | "declineProposal" | "withdraw"
>;

/** Digits of a proposal's id that are shown. */
export const SHOWN_ID = 12;

/** Says yes to what somebody has proposed. */
export async function approveProposal(room: Room, given: string, door: Door): Promise<Answered> {
  const named = proposalsCalled(room, given);
  // Who comes to approve what was carried out a moment ago is told so.
  const done = named.length === 0 && isLong(given) ? room.decided(wanted(given)) : null;
  if (done) {
    const document = { proposal: given.trim(), done: true };
    return { document, lines: [`Done already: ${safeLine(done.summary)}.`], progress: null };
  }
  const { id, by, summary } = theOne(named, given, door);
  const progress = await room.approve(id);
  const lines = [`Done, as ${whose(by.name, by.isYou)} proposed: ${safeLine(summary)}.`] as const;
  return { document: { proposal: id }, lines, progress };
}

/** Turns down somebody who asked to join, or says no to somebody else's proposal. */
export async function declineNamed(room: Room, given: string, door: Door): Promise<Answered> {
  const waiting = await room.requests();
  const named = proposalsCalled(room, given);
  if (named.length === 0) {
    const { id, name } = findOne("request", given, waiting);
    await room.decline(id);
    return { document: { request: id, done: true }, lines: [`${safeName(name)} was turned down.`], progress: null };
  }
  const proposal = theOne(named, given, door);
  // People choose their names: one that looks like a proposal's id must not decide what is declined.
  const namesake = waiting.find(({ name }) => name.toLowerCase() === wanted(given));
  if (namesake) {
    const hint = `Give the request's id, or more of the proposal's id:  ${door("requests")}`;
    throw new CliError("AMBIGUOUS", `"${safeName(given)}" is somebody who asks to join, and a proposal.`, hint);
  }
  if (proposal.by.isYou) {
    const hint = `To take it back:  ${door("withdraw", proposal.id.slice(0, SHOWN_ID))}`;
    throw new CliError("NOT_ALLOWED", "You proposed this yourself.", hint);
  }
  await room.declineProposal(proposal.id);
  const lines = [
    `You said no to this: ${safeLine(proposal.summary)}.`,
    "The others see it. It does not keep them from agreeing.",
  ] as const;
  return { document: { proposal: proposal.id, done: true }, lines, progress: null };
}

/** Takes back what one has proposed. */
export async function withdrawProposal(room: Room, given: string, door: Door): Promise<Answered> {
  const { id, by, summary } = theOne(proposalsCalled(room, given), given, door);
  if (!by.isYou) {
    const hint = `To say no to it:  ${door("decline", id.slice(0, SHOWN_ID))}`;
    throw new CliError("NOT_ALLOWED", `${safeName(by.name)} proposed this: only they take it back.`, hint);
  }
  await room.withdraw(id);
  const others = room.proposals().find((each) => each.id === id);
  const next = others
    ? `${safeName(others.by.name)} proposes it too, so it goes on.`
    : "Nobody is asked for it any more.";
  const lines = [`Withdrawn: ${safeLine(summary)}. ${next}`] as const;
  return { document: { proposal: id, done: true }, lines, progress: null };
}

/** "Alice proposes to remove Bob (1 of 2)": what waits, as something that has not happened. */
export function proposes({ by, summary, approvedBy, need }: Proposal): string {
  const have = approvedBy.length;
  return `${by.isYou ? "You propose" : `${safeName(by.name)} proposes`} to ${safeLine(summary)} (${have} of ${need})`;
}

const wanted = (given: string) => given.trim().toLowerCase();
const isLong = (given: string) => wanted(given).length >= 4;
const whose = (name: string, isYou: boolean) => (isYou ? "you" : safeName(name));

/** The open proposals whose id begins so: at least four characters. */
function proposalsCalled(room: Room, given: string): Proposal[] {
  return isLong(given) ? room.proposals().filter(({ id }) => id.startsWith(wanted(given))) : [];
}

function theOne(named: readonly Proposal[], given: string, door: Door): Proposal {
  const [proposal, ...others] = named;
  if (!proposal) {
    const hint = `To see what waits for agreement:  ${door("requests")}`;
    throw new CliError("NOT_FOUND", `No proposal begins with "${safeName(given)}".`, hint);
  }
  if (others.length === 0) return proposal;
  const list = named.map((each) => `  ${each.id.slice(0, SHOWN_ID)}    ${proposes(each)}`);
  const hint = `Give more of its id:\n${list.join("\n")}`;
  throw new CliError("AMBIGUOUS", `More than one proposal begins with "${safeName(given)}".`, hint);
}
