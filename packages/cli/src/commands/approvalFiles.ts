import type { ApprovalImported, Problem, RoomSession } from "@conclave/client";
import { equalBytes, type Failure, toHex, utf8Bytes } from "@conclave/codec";
import { MAX_LETTER_TEXT, type Rejection } from "@conclave/protocol";
import { basename, resolve } from "node:path";
import { CliError } from "../cliError.js";
import { importedDocument, outcomeDocument } from "../documents/agreementDocument.js";
import { EXIT } from "../exitCode.js";
import type { CommandContext } from "../program/context.js";
import { hasLooked, newAlarms, roomOf, settle, withHome, withRoom } from "../program/withRoom.js";
import { decidedBy } from "../room/decide.js";
import { orThrow } from "../room/orThrow.js";
import { decisionSummary, labelsOf, proposalSummary } from "../session/decisionView.js";
import { decidingError } from "../session/fate.js";
import { mustBeWritable, saveLocalFile, startOfFile } from "../session/localFile.js";
import { proposalTerms } from "../session/proposalTerms.js";
import { SHOWN_ID } from "../session/timelineView.js";
import { nextCommand, otherCommand } from "../terminal/nextCommand.js";
import { wantsColor, type Paint } from "../terminal/paint.js";
import { drawQrCode } from "../terminal/qrCode.js";
import { safeLine, safeName } from "../terminal/safeText.js";
import { inVain, proposalCalled } from "./proposals.js";

/** How long the relay may take to accept the approval, which has gone into the file already (ms). */
const ALSO_SENT_MS = 3000;

/** `conclave approve ID --export FILE`, `--qr`: approves a proposal by a file or a QR code. It does not need the relay. */
export async function exportApproval(context: CommandContext, given: string): Promise<void> {
  const { output, options } = context;
  const file = typeof options["export"] === "string" ? resolve(options["export"]) : null;
  const isForced = options["force"] === true;
  // An approval stands once it is given: so what stands in the way of its file is found before.
  if (file !== null) await mustBeWritable(file, isForced);
  await withHome(context, "write", async (client) => {
    const room = roomOf(context, client);
    const tellAlarms = newAlarms(output, room);
    try {
      const isCurrent = await hasLooked(output, room);
      const proposal = proposalCalled(room, given, nextCommand);
      const summary = safeLine(proposalSummary(room, proposal));
      const letter = orThrow(await room.exportApproval(proposal.actionHash), room, decidingError);
      const code = options["qr"] === true && !output.json ? await orSaysGiven(() => drawn(letter)) : [];
      if (file !== null)
        await orSaysGiven(() => saveLocalFile(file, isForced, (write) => write(utf8Bytes(`${letter}\n`))));
      const isSent = isCurrent && (await room.flushed(ALSO_SENT_MS)).ok;
      // It may have been the last one that was needed.
      if (isCurrent) await settle(output, room);
      const id = toHex(proposal.actionHash);
      const open = room.proposals().find((each) => toHex(each.actionHash) === id);
      const useless = inVain(room, proposal.actionHash);
      if (useless !== null) output.warn(useless, "NOT_COUNTED");
      const isDone = !open && decidedBy(room, id) !== null;
      if (!isDone) process.exitCode = EXIT.waiting;
      const numbers = open && { approved: open.approvedBy.length, needed: open.need };
      const document = { proposal: id, letter, ...(file !== null && { path: file }), isSent };
      output.result({ ...document, done: isDone, ...numbers }, (paint) => [
        ...code,
        `${paint.green("✔")} ${file === null ? "This code is" : "The file holds"} your approval: ${summary}.`,
        ...(isDone ? ["It was the last one that was needed: it is done."] : useless === null ? givenOn(file) : []),
        ...(isSent ? [] : ["The relay has not taken your approval yet. It gets it too, as soon as it takes it."]),
      ]);
    } finally {
      tellAlarms();
    }
  });
}

/** What can fail once the approval is given. @throws CliError that says that it is. */
async function orSaysGiven<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    throw new CliError(error.code, `You have approved it, and that stands. ${error.message}`, error.hint);
  }
}

/** What the others do with it. */
function givenOn(file: string | null): readonly string[] {
  if (file === null) return ["Others count it with their phone or browser: room and rules, approvals by file."];
  return ["Others count it with:", "", `  ${otherCommand("approve", "--import", basename(file))}`, ""];
}

function drawn(letter: string): readonly string[] {
  const code = drawQrCode(letter, wantsColor(process.stdout, process.env));
  const hint = "Use a file:  add --export FILE";
  if (code === null) throw new CliError("TOO_LONG", "This proposal is too long for a QR code.", hint);
  const columns = process.stdout.isTTY ? process.stdout.columns : code.columns;
  if (columns < code.columns)
    throw new CliError(
      "TOO_NARROW",
      `The QR code needs ${code.columns} columns, and this terminal has ${columns}.`,
      `Make the window wider, or the letters smaller. Or ${hint.toLowerCase()}`,
    );
  return [...code.lines, ""];
}

/** `conclave approve --import FILE…`: counts the approvals in files, and carries out what has enough of them. */
export async function importApprovals(context: CommandContext, files: readonly string[]): Promise<void> {
  const { output } = context;
  const letters = await Promise.all(files.map(readLetter));
  await withRoom(context, "write", async (room) => {
    const { imported, refused } = await takeAll(room, files, letters);
    const last = imported.at(-1);
    if (last === undefined) throw named(refused);
    for (const { file, error } of refused) output.warn(`${file}: ${error.message}`, error.code);
    const { progress } = last.approval;
    process.exitCode = refused.length > 0 ? EXIT.refused : progress.done ? EXIT.ok : EXIT.waiting;
    const document = {
      proposal: toHex(last.approval.actionHash),
      imported: imported.map(({ file, approval }) => importedDocument(file, approval)),
      refused: refused.map(({ file, error: { code, message } }) => ({ file, code, message })),
    };
    output.result({ ...document, ...outcomeDocument(progress) }, (paint) =>
      imported.flatMap(({ approval }) => importedLines(room, approval, paint)),
    );
  });
}

interface Imported {
  readonly file: string;
  readonly approval: ApprovalImported;
}

/** A file that was of no use. */
interface RefusedFile {
  readonly file: string;
  readonly error: CliError;
}

/** Takes the letters in, in whatever order they are: an approval may need that of the person who proposed it. */
async function takeAll(
  room: RoomSession,
  files: readonly string[],
  letters: readonly string[],
): Promise<{ imported: readonly Imported[]; refused: readonly RefusedFile[] }> {
  const imported: Imported[] = [];
  const refused: RefusedFile[] = [];
  const early: [file: string, letter: string][] = [];
  for (const [at, file] of files.entries()) {
    const letter = letters[at]!;
    const taken = await room.importApproval(letter);
    if (taken.ok) imported.push({ file, approval: taken.value });
    else if (isEarly(taken.error)) early.push([file, letter]);
    else refused.push({ file, error: errorOf(room, taken) });
  }
  for (const [file, letter] of early) {
    const taken = await room.importApproval(letter);
    if (taken.ok) imported.push({ file, approval: taken.value });
    else refused.push({ file, error: errorOf(room, taken) });
  }
  return { imported, refused };
}

/** The first refusal; with the file that it is about, where there are several. */
function named(refused: readonly RefusedFile[]): CliError {
  const [{ file, error }] = refused as [RefusedFile];
  return refused.length === 1 ? error : new CliError(error.code, `${file}: ${error.message}`, error.hint);
}

function isEarly(problem: Problem): boolean {
  return problem.kind === "refused" && problem.rejection.code === "letter_unknown_proposal";
}

/** What the general sentence would leave open: whose approval, and what is so already. */
const OF_LETTERS: Readonly<Partial<Record<Rejection["code"], string>>> = {
  already_so: "This approval is counted already.",
  not_member: "The person who gave this approval isn't in the room any more.",
};

function errorOf(room: RoomSession, taken: Failure<Problem>): CliError {
  const code = taken.error.kind === "refused" ? taken.error.rejection.code : null;
  const said = code && OF_LETTERS[code];
  if (code && said) return new CliError(code.toUpperCase(), said);
  try {
    return orThrow(taken, room, decidingError);
  } catch (error) {
    if (error instanceof CliError) return error;
    throw error;
  }
}

function importedLines(room: RoomSession, { by, actionHash, progress }: ApprovalImported, paint: Paint): string[] {
  const id = toHex(actionHash);
  const whose = by.isYou ? "your" : `${safeName(by.name)}'s`;
  const decision = decidedBy(room, id);
  if (decision !== null && progress.done)
    return [
      `${paint.green("✔")} Counted ${whose} approval. Done: ${safeLine(decisionSummary(decision, labelsOf(room)))}.`,
    ];
  const proposal = room.proposals().find((each) => equalBytes(each.actionHash, actionHash));
  if (!proposal || progress.done) return [`${paint.green("✔")} Counted ${whose} approval.`];
  const { approvedBy, need, isAsked } = proposal;
  return [
    `${paint.green("✔")} Counted ${whose} approval: ${safeLine(proposalSummary(room, proposal))}.`,
    ...proposalTerms(room, proposal.action).map((line) => `    ${line}`),
    `${paint.yellow("…")} Approved by ${approvedBy.length} of ${need}.`,
    ...(isAsked ? ["To approve it too:", "", `  ${nextCommand("approve", id.slice(0, SHOWN_ID))}`] : []),
  ];
}

/** The text of a file, as far as an approval can reach: anything else in it is refused as no approval. */
async function readLetter(path: string): Promise<string> {
  return Buffer.from(await startOfFile(path, MAX_LETTER_TEXT + 1)).toString("latin1");
}
