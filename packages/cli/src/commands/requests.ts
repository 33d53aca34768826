import { CliError } from "../cliError.js";
import { findOne } from "../model/find.js";
import type { Person } from "../model/person.js";
import type { JoinRequest, Proposal } from "../model/room.js";
import type { RoomSession } from "../model/session.js";
import { withRoom, type CommandContext } from "../program/globals.js";
import { nextCommand } from "../terminal/nextCommand.js";
import type { Paint } from "../terminal/paint.js";
import { safeLine, safeName, safeText } from "../terminal/safeText.js";
import { ago } from "../terminal/when.js";
import { reportProgress } from "./progress.js";

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

function proposalLines({ id, by, summary, approvedBy, declinedBy, need }: Proposal, paint: Paint): string[] {
  return [
    `${paint.bold(safeName(by.name))} proposes: ${safeLine(summary)}`,
    `    ${agreement(approvedBy, need)}`,
    ...(declinedBy.length > 0 ? [`    declined by ${declinedBy.map(({ name }) => safeName(name)).join(", ")}`] : []),
    ...(by.isYou ? ["withdraw"] : ["approve", "decline"]).map((verb) => `    ${nextCommand(verb, id.slice(0, 12))}`),
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
  await withRoom(context, "write", async (room) => {
    const waiting = await room.requests();
    const [proposal, ...others] = proposalsCalled(room, given);
    if (proposal && others.length === 0) {
      // People choose their names: one that looks like a proposal's id must not decide what is declined.
      const namesake = waiting.find(({ name }) => name.toLowerCase() === given.trim().toLowerCase());
      if (namesake) {
        const hint = `Give the request's id, or more of the proposal's id:  ${nextCommand("requests")}`;
        throw new CliError("AMBIGUOUS", `"${safeName(given)}" is somebody who asks to join, and a proposal.`, hint);
      }
      if (proposal.by.isYou) {
        const hint = `To take it back:  ${nextCommand("withdraw", proposal.id.slice(0, 12))}`;
        throw new CliError("NOT_ALLOWED", "You proposed this yourself.", hint);
      }
      await room.declineProposal(proposal.id);
      context.output.result({ proposal: proposal.id, done: true }, (paint) => [
        `${paint.green("✔")} You said no to this: ${safeLine(proposal.summary)}.`,
        "The others see it. It does not keep them from agreeing.",
      ]);
      return;
    }
    const request = findOne("request", given, waiting);
    await room.decline(request.id);
    context.output.result(
      { request: request.id, done: true },
      (paint) => `${paint.green("✔")} ${safeName(request.name)} was turned down.`,
    );
  });
}

/** `conclave withdraw`: takes back what one has proposed. */
export async function withdraw(context: CommandContext, given: string): Promise<void> {
  await withRoom(context, "write", async (room) => {
    const [proposal, ...more] = proposalsCalled(room, given);
    if (!proposal || more.length > 0) throw noProposal(given);
    if (!proposal.by.isYou) {
      const hint = `To say no to it:  ${nextCommand("decline", proposal.id.slice(0, 12))}`;
      throw new CliError("NOT_ALLOWED", `${safeName(proposal.by.name)} proposed this: only they take it back.`, hint);
    }
    await room.withdraw(proposal.id);
    const others = room.proposals().find(({ id }) => id === proposal.id);
    context.output.result({ proposal: proposal.id, done: true }, (paint) => {
      const what = `${paint.green("✔")} Withdrawn: ${safeLine(proposal.summary)}.`;
      return `${what} ${others ? `${safeName(others.by.name)} proposes it too, so it goes on.` : "Nobody is asked for it any more."}`;
    });
  });
}

/** The open proposals whose id begins so: at least four characters. */
function proposalsCalled(room: Pick<RoomSession, "proposals">, given: string): Proposal[] {
  const wanted = given.trim().toLowerCase();
  return wanted.length < 4 ? [] : room.proposals().filter(({ id }) => id.startsWith(wanted));
}

function noProposal(given: string): CliError {
  const hint = `To see what waits for agreement:  ${nextCommand("requests")}`;
  return new CliError("NOT_FOUND", `No proposal begins with "${safeName(given)}".`, hint);
}

/** `conclave approve`: says yes to what others have proposed. */
export async function approve(context: CommandContext, given: string): Promise<void> {
  await withRoom(context, "write", async (room) => {
    const matching = proposalsCalled(room, given);
    const [proposal, ...others] = matching;
    // Who comes to approve what was carried out a moment ago is told so.
    const done = matching.length === 0 && given.trim().length >= 4 ? room.decided(given.trim().toLowerCase()) : null;
    if (done) {
      context.output.result(
        { proposal: given.trim(), done: true },
        (paint) => `${paint.green("✔")} Done already: ${safeLine(done.summary)}.`,
      );
      return;
    }
    if (!proposal || others.length > 0) throw noProposal(given);
    const progress = await room.approve(proposal.id);
    reportProgress(context.output, progress, `Done: ${safeLine(proposal.summary)}.`, { proposal: proposal.id });
  });
}
