import type { RoomJoinRequest, NamedPerson, RoomProposal, RoomSession } from "@conclave/client";
import { toHex } from "@conclave/codec";
import { usageError } from "../cliError.js";
import { proposalDocument, requestDocument } from "../documents/agreementDocument.js";
import type { CommandContext } from "../program/context.js";
import { withRoom } from "../program/withRoom.js";
import { orThrow } from "../room/orThrow.js";
import { requestName } from "../room/requestName.js";
import { sayProblem } from "../session/sayProblem.js";
import { proposalTerms } from "../session/proposalTerms.js";
import { inviteName, shownTag } from "../session/personView.js";
import { SHOWN_ID } from "../session/timelineView.js";
import { nextCommand } from "../terminal/nextCommand.js";
import type { Paint } from "../terminal/paint.js";
import { quotation } from "../terminal/quotation.js";
import { safeLine, safeName } from "../terminal/safeText.js";
import { ago } from "../terminal/when.js";
import { reportProgress } from "./progress.js";
import {
  admitNamed,
  answersTo,
  approveProposal,
  declineNamed,
  denyNamed,
  proposes,
  withdrawProposal,
} from "./proposals.js";

/** `conclave requests`: who is asking to join, and what is waiting for approval. */
export async function requests(context: CommandContext): Promise<void> {
  await withRoom(context, "write", async (room) => {
    const waiting = orThrow(await room.requests(), room);
    const proposals = room.proposals();
    const document = {
      requests: waiting.map(requestDocument),
      proposals: proposals.map((proposal) => proposalDocument(room, proposal)),
    };
    context.output.result(document, (paint) =>
      waiting.length + proposals.length === 0
        ? "Nobody is asking for anything."
        : [
            ...waiting.flatMap((request) => requestLines(request, paint)),
            ...proposals.flatMap((proposal) => proposalLines(room, proposal, paint)),
          ],
    );
  });
}

function requestLines(request: RoomJoinRequest, paint: Paint): string[] {
  const { name, role, invite, time, note, words, approvedBy, approvalsNeeded } = request;
  const id = requestName(request);
  return [
    `${paint.bold(safeName(name))} ${paint.dim(`#${shownTag(request)}`)} asked ${ago(time, Date.now())}, with ${safeLine(inviteName(invite))}`,
    ...(role === "steward"
      ? ["    asks to be a steward, which reads along and decides nothing"]
      : role === "member"
        ? []
        : [`    would come as ${role}`]),
    ...quotation(note, { indent: "    ", stream: process.stdout }),
    paint.dim(`    ${words}`),
    ...(request.isAgain
      ? [
          "    was let in before and has never been here: to admit them removes them first, and ends the invite they came by",
        ]
      : []),
    ...(approvalsNeeded > 1 ? [`    ${agreement(approvedBy, approvalsNeeded)}`] : []),
    `    ${nextCommand("admit", id)}`,
    `    ${nextCommand("deny", id)}`,
    "",
  ];
}

function proposalLines(room: RoomSession, proposal: RoomProposal, paint: Paint): string[] {
  const { actionHash, approvedBy, declinedBy, refusal } = proposal;
  const id = toHex(actionHash).slice(0, SHOWN_ID);
  const names = (people: readonly NamedPerson[]) => people.map(({ name }) => safeName(name)).join(", ");
  return [
    paint.bold(proposes(room, proposal)),
    ...proposalTerms(room, proposal.action).map((line) => `    ${line}`),
    ...(approvedBy.length > 0 ? [`    approved by ${names(approvedBy)}`] : []),
    ...(declinedBy.length > 0 ? [`    declined by ${names(declinedBy)}`] : []),
    ...(refusal ? [`    ${sayProblem({ kind: "refused", rejection: refusal })}`] : []),
    ...answersTo(proposal).map((verb) => `    ${nextCommand(verb, id)}`),
    "",
  ];
}

function agreement(approvedBy: readonly NamedPerson[], needed: number): string {
  return `approved by ${approvedBy.length} of ${needed}: ${approvedBy.map(({ name }) => safeName(name)).join(", ") || "nobody"}`;
}

/** `conclave admit`: lets in somebody who asked. */
export async function admit(context: CommandContext, name: string): Promise<void> {
  await answer(context, name, admitNamed);
}

/** `conclave deny`: turns down somebody who asked to join. */
export async function deny(context: CommandContext, name: string): Promise<void> {
  await answer(context, name, denyNamed);
}

/** `conclave decline`: declines somebody else's proposal. */
export async function decline(context: CommandContext, given: string): Promise<void> {
  await answer(context, given, declineNamed);
}

/** `conclave withdraw`: withdraws your own proposal. */
export async function withdraw(context: CommandContext, given: string): Promise<void> {
  await answer(context, given, withdrawProposal);
}

/** `conclave approve`: approves what somebody has proposed, here, in a file or by a QR code; or counts approvals in files. */
export async function approve(context: CommandContext, given: string | null, files: readonly string[]): Promise<void> {
  const { options } = context;
  const isExport = options["export"] !== undefined || options["qr"] === true;
  if (files.length > 0) {
    if (given !== null || isExport) throw usageError("--import takes no proposal, and neither --export nor --qr.");
    const { importApprovals } = await import("./approvalFiles.js");
    await importApprovals(context, files);
    return;
  }
  if (given === null)
    throw usageError(
      "Say which proposal, or which files to import.",
      `To see the proposals:  ${nextCommand("requests")}`,
    );
  if (!isExport) {
    await answer(context, given, approveProposal);
    return;
  }
  const { exportApproval } = await import("./approvalFiles.js");
  await exportApproval(context, given);
}

async function answer(context: CommandContext, given: string, how: typeof approveProposal): Promise<void> {
  await withRoom(context, "write", async (room) => {
    const { document, lines, progress, inVain = null } = await how(room, given, nextCommand);
    if (inVain !== null) context.output.warn(inVain, "NOT_COUNTED");
    const [first, ...rest] = lines;
    if (progress) reportProgress(context.output, progress, first, document);
    else context.output.result(document, (paint) => [`${paint.green("✔")} ${first}`, ...rest]);
  });
}
