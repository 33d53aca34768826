import type { TimelineItem, TimelineMessage } from "@conclave/client";
import { toHex } from "@conclave/codec";
import { adviceFor } from "../session/alarmAdvice.js";
import { decisionRight, decisionSummary, type LabelOf, type OfferOf } from "../session/decisionView.js";
import { formattedLines, type TextLine, type TextMark } from "../session/formattedLines.js";
import { messageNote, quoteText, viaOf } from "../session/messageText.js";
import { alarmSentence, proposalSentence, unreadableSentence } from "../session/timelineView.js";
import { truncate } from "../terminal/displayWidth.js";
import type { Paint } from "../terminal/paint.js";
import { safeLine, safeName } from "../terminal/safeText.js";
import { clockTime, dayAndTime } from "../terminal/when.js";
import { reactionsLine } from "./reactionsLine.js";

/** Digits of a message's id that are shown: enough to name it. */
const SHOWN_OF_ID = 8;

/** An item that is printed as lines; a message needs no place in the timeline. */
export type Line =
  Exclude<TimelineItem, { kind: "message" }> | { readonly kind: "message"; readonly message: TimelineMessage };

/** How a line is told. */
export interface LineStyle {
  readonly labelOf: LabelOf;
  readonly offerOf: OfferOf;
  readonly withDay: boolean;
  readonly withIds?: boolean;
}

/**
 * What happened, as lines for a pipe or a plain terminal.
 *
 * RULE: cli.system-lines: a message's lines begin with `<name>` or `|` after the time, a system line with `--` or `!!`
 * (attack A79).
 */
export function linesOf(item: Line, paint: Paint, style: LineStyle): string[] {
  const lines = linesWithoutIds(item, paint, style);
  if (style.withIds !== true) return lines;
  const id = item.kind === "message" ? toHex(item.message.id).slice(0, SHOWN_OF_ID) : "";
  return lines.map((line, at) => `${paint.dim((at === 0 ? id : "").padEnd(SHOWN_OF_ID))}  ${line}`);
}

function linesWithoutIds(item: Line, paint: Paint, { labelOf, offerOf, withDay }: LineStyle): string[] {
  const stamp = (time: number) => paint.dim(withDay ? dayAndTime(time) : clockTime(time));
  if (item.kind === "message") {
    const { author, time, state, answers } = item.message;
    const via = viaOf(item.message);
    const [first = "", ...others] = formattedLines(item.message, paint.isOn).map((line) => painted(line, paint));
    const answered =
      answers && `answers ${safeName(answers.author.name)}: ${truncate(safeLine(quoteText(answers)), 40)}`;
    const reactions = reactionsLine(item.message);
    const marks = [
      state === "sent" ? null : state,
      messageNote(item.message),
      answered,
      reactions === "" ? null : reactions,
    ]
      .filter((mark) => mark !== null)
      .map((mark) => paint.dim(` (${safeLine(mark)})`));
    const who = via ? `${safeName(via.label)}, via ${safeName(author.name)}'s gateway` : safeName(author.name);
    const name = who.replace(/[<>]/gu, "");
    return [
      `${stamp(time)} ${paint.bold(`<${name}>`)} ${first}${marks.join("")}`,
      ...others.map((line) => `${stamp(time)}   | ${line}`),
    ];
  }
  if (item.kind === "decision") {
    const right = decisionRight(item.decision);
    const summary = safeLine(decisionSummary(item.decision, labelOf));
    const offer = offerOf(item.decision);
    return [
      `${stamp(item.decision.time)} -- ${summary}${right === "" ? "" : paint.dim(`, ${safeLine(right)}`)}`,
      ...(offer === null ? [] : [`${stamp(item.decision.time)} -- ${safeLine(offer)}`]),
    ];
  }
  // The decision says what was decided.
  if (item.kind === "proposal" && item.proposal.ending === "done") return [];
  if (item.kind === "proposal")
    return [`${stamp(item.proposal.time)} -- ${safeLine(proposalSentence(item.proposal, labelOf))}`];
  if (item.kind === "unreadable") return [`-- ${unreadableSentence(item)}`];
  const { alarm } = item;
  const seen = paint.red(`!! ALARM ${alarm.code}: ${safeLine(alarmSentence(alarm))}`);
  return [`${stamp(alarm.time)} ${seen} ${safeLine(adviceFor(alarm))}`];
}

const PAINTED: Readonly<Record<TextMark, Exclude<keyof Paint, "isOn">>> = {
  bold: "bold",
  italic: "italic",
  strike: "strike",
  code: "cyan",
  link: "underline",
  faint: "dim",
};

function painted({ lead, pieces }: TextLine, paint: Paint): string {
  const shown = pieces.map(({ text, marks }) => marks.reduce((line, mark) => paint[PAINTED[mark]](line), text));
  return paint.dim(lead) + shown.join("");
}
