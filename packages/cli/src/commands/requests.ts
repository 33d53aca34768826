import { CliError } from "../cliError.js";
import { findOne } from "../model/find.js";
import type { Person } from "../model/person.js";
import type { JoinRequest, Proposal } from "../model/room.js";
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

function proposalLines({ id, by, summary, approvedBy, need }: Proposal, paint: Paint): string[] {
  return [
    `${paint.bold(safeName(by.name))} proposes: ${safeLine(summary)}`,
    `    ${agreement(approvedBy, need)}`,
    `    ${nextCommand("approve", id.slice(0, 12))}`,
    "",
  ];
}

function agreement(approvedBy: readonly Person[], needed: number): string {
  return `agreed by ${approvedBy.length} of ${needed}: ${approvedBy.map(({ name }) => safeName(name)).join(", ") || "nobody"}`;
}

/** `conclave admit` and `decline`. */
export async function decide(context: CommandContext, verb: "admit" | "decline", name: string): Promise<void> {
  await withRoom(context, "write", async (room) => {
    const request = findOne("request", name, await room.requests());
    const who = safeName(request.name);
    if (verb === "decline") {
      await room.decline(request.id);
      context.output.result(
        { request: request.id, done: true },
        (paint) => `${paint.green("✔")} ${who} was turned down.`,
      );
      return;
    }
    reportProgress(context.output, await room.admit(request.id), `${who} is in the room.`, { request: request.id });
  });
}

/** `conclave approve`: says yes to what others have proposed. */
export async function approve(context: CommandContext, given: string): Promise<void> {
  await withRoom(context, "write", async (room) => {
    const matching = room.proposals().filter(({ id }) => id.startsWith(given.trim().toLowerCase()));
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
    if (!proposal || others.length > 0 || given.trim().length < 4) {
      throw new CliError(
        "NOT_FOUND",
        `No proposal begins with "${safeName(given)}".`,
        `To see what waits for agreement:  ${nextCommand("requests")}`,
      );
    }
    const progress = await room.approve(proposal.id);
    reportProgress(context.output, progress, `Done: ${safeLine(proposal.summary)}.`, { proposal: proposal.id });
  });
}
