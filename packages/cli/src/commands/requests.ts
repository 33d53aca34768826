import { findOne } from "../model/find.js";
import type { Person } from "../model/person.js";
import type { JoinRequest, Proposal } from "../model/room.js";
import { withRoom, type CommandContext } from "../program/globals.js";
import { nextCommand } from "../terminal/nextCommand.js";
import type { Paint } from "../terminal/paint.js";
import { safeLine, safeName, safeText } from "../terminal/safeText.js";
import { ago } from "../terminal/when.js";
import { reportProgress } from "./progress.js";
import { approveProposal, declineNamed, proposes, SHOWN_ID, withdrawProposal } from "./proposals.js";

/** `conclave requests`: who asks to be let in, and what waits for agreement. */
export async function requests(context: CommandContext): Promise<void> {
  await withRoom(context, "write", async (room) => {
    const waiting = await room.requests();
    const proposals = room.proposals();
    context.output.result({ requests: waiting, proposals }, (paint) =>
      waiting.length + proposals.length === 0
        ? "Nobody asks for anything."
        : [
            ...waiting.flatMap((request) => requestLines(request, paint)),
            ...proposals.flatMap((proposal) => proposalLines(proposal, paint)),
          ],
    );
  });
}

function requestLines(request: JoinRequest, paint: Paint): string[] {
  const { id, name, tag, via, time, note, words, approvedBy, approvalsNeeded } = request;
  const noteLines = note === "" ? [] : safeText(note).split("\n");
  return [
    `${paint.bold(safeName(name))} ${paint.dim(`#${tag}`)} asked ${ago(time, Date.now())}, with ${safeLine(via)}`,
    ...noteLines.map((line) => `    ${line}`),
    paint.dim(`    ${words}`),
    ...(approvalsNeeded > 1 ? [`    ${agreement(approvedBy, approvalsNeeded)}`] : []),
    `    ${nextCommand("admit", id)}`,
    `    ${nextCommand("decline", id)}`,
    "",
  ];
}

function proposalLines(proposal: Proposal, paint: Paint): string[] {
  const { id, by, approvedBy, declinedBy } = proposal;
  const names = (people: readonly Person[]) => people.map(({ name }) => safeName(name)).join(", ");
  return [
    paint.bold(proposes(proposal)),
    ...(approvedBy.length > 0 ? [`    approved by ${names(approvedBy)}`] : []),
    ...(declinedBy.length > 0 ? [`    declined by ${names(declinedBy)}`] : []),
    ...(by.isYou ? ["withdraw"] : ["approve", "decline"]).map(
      (verb) => `    ${nextCommand(verb, id.slice(0, SHOWN_ID))}`,
    ),
    "",
  ];
}

function agreement(approvedBy: readonly Person[], needed: number): string {
  return `agreed by ${approvedBy.length} of ${needed}: ${approvedBy.map(({ name }) => safeName(name)).join(", ") || "nobody"}`;
}

/** `conclave admit`: lets in somebody who asked. */
export async function admit(context: CommandContext, name: string): Promise<void> {
  await withRoom(context, "write", async (room) => {
    const { id, name: who } = findOne("request", name, await room.requests());
    reportProgress(context.output, await room.admit(id), `${safeName(who)} is in the room.`, { request: id });
  });
}

/** `conclave decline`: turns down somebody who asked to join, or says no to somebody else's proposal. */
export async function decline(context: CommandContext, given: string): Promise<void> {
  await answer(context, given, declineNamed);
}

/** `conclave withdraw`: takes back what one has proposed. */
export async function withdraw(context: CommandContext, given: string): Promise<void> {
  await answer(context, given, withdrawProposal);
}

/** `conclave approve`: says yes to what others have proposed. */
export async function approve(context: CommandContext, given: string): Promise<void> {
  await answer(context, given, approveProposal);
}

async function answer(context: CommandContext, given: string, how: typeof approveProposal): Promise<void> {
  await withRoom(context, "write", async (room) => {
    const { document, lines, progress } = await how(room, given, nextCommand);
    const [first, ...rest] = lines;
    if (progress) reportProgress(context.output, progress, first, document);
    else context.output.result(document, (paint) => [`${paint.green("✔")} ${first}`, ...rest]);
  });
}
