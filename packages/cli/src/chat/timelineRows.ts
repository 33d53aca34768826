import type { TimelineItem, TimelineMessage } from "@conclave/client";
import { equalBytes, toHex } from "@conclave/codec";
import { adviceFor } from "../session/alarmAdvice.js";
import { decisionRight, decisionSummary, type LabelOf, type OfferOf } from "../session/decisionView.js";
import { formattedLines, type TextLine } from "../session/formattedLines.js";
import { messageNote, quoteText, viaOf } from "../session/messageText.js";
import { shownTag } from "../session/personView.js";
import { alarmSentence, proposalSentence, unreadableSentence } from "../session/timelineView.js";
import { displayWidth, fit, truncate, wrap, wrapLine } from "../terminal/displayWidth.js";
import { safeLine, safeName, safeText } from "../terminal/safeText.js";
import { calendarDay, clockTime } from "../terminal/when.js";
import { reactionsLine } from "./reactionsLine.js";
import { nameStyle, part, type Part, type TerminalRow, type Style } from "./row.js";

/** What this machine says to the person at it, in answer to a slash command: never from anybody else. */
export interface Notice {
  readonly kind: "notice";
  readonly time: number;
  readonly text: string;
  readonly isFailure: boolean;
}

export type ShownItem = TimelineItem | Notice;

export interface TimelineLayout {
  readonly columns: number;
  /** Ids of people whose name looks like somebody else's: shown with their tag. */
  readonly ambiguous: ReadonlySet<string>;
  readonly labelOf: LabelOf;
  readonly offerOf: OfferOf;
  readonly isStyled: boolean;
}

const NAME_COLUMNS = 12;
const NARROW = 50;
const LEAST_TEXT = 8;
const SAME_BREATH_MS = 5 * 60 * 1000;

/**
 * The rows of what happened, oldest first.
 *
 * RULE: cli.system-lines: every row of a message has a bar before its text, at one column, and no other row has one; so no
 * text, however it is wrapped, can look like a line of the system (attack A79).
 */
export function timelineRows(items: readonly ShownItem[], layout: TimelineLayout): TerminalRow[] {
  const rows: TerminalRow[] = [];
  let day = "";
  let previous: TimelineMessage | null = null;
  for (const item of items) {
    // The decision says what was decided.
    if (item.kind === "proposal" && item.proposal.ending === "done") continue;
    const time = timeOf(item);
    const today = time === null ? day : calendarDay(time);
    if (today !== day) {
      if (rows.length > 0) rows.push([]);
      rows.push([part(`  ${today}`, "dim")]);
      day = today;
      previous = null;
    }
    const isContinued = item.kind === "message" && previous !== null && continues(previous, item.message);
    rows.push(...itemRows(item, layout, isContinued));
    previous = item.kind === "message" ? item.message : null;
  }
  return rows;
}

// Laid out once for each width: the screen is redrawn at every key.
const laidOut = new WeakMap<ShownItem, { readonly key: string; readonly rows: readonly TerminalRow[] }>();

function itemRows(item: ShownItem, layout: TimelineLayout, isContinued: boolean): readonly TerminalRow[] {
  const isAmbiguous = item.kind === "message" && isAmong(layout.ambiguous, item.message);
  const key = `${layout.columns} ${layout.ambiguous.size > 0} ${isAmbiguous} ${isContinued}`;
  const known = laidOut.get(item);
  if (known?.key === key) return known.rows;
  const rows = item.kind === "message" ? messageRows(item.message, layout, isContinued) : systemRows(item, layout);
  laidOut.set(item, { key, rows });
  return rows;
}

/** Null for what has no time of its own. */
function timeOf(item: ShownItem): number | null {
  if (item.kind === "message") return item.message.time;
  if (item.kind === "decision") return item.decision.time;
  if (item.kind === "proposal") return item.proposal.time;
  return item.kind === "alarm" ? item.alarm.time : item.kind === "notice" ? item.time : null;
}

function continues(before: TimelineMessage, message: TimelineMessage): boolean {
  if (message.time - before.time >= SAME_BREATH_MS || !equalBytes(before.author.person, message.author.person))
    return false;
  const [one, other] = [viaOf(before), viaOf(message)];
  return one && other ? equalBytes(one.party, other.party) : one === other;
}

function messageRows(
  message: TimelineMessage,
  { columns, ambiguous, isStyled }: TimelineLayout,
  isContinued: boolean,
): TerminalRow[] {
  const { author, state, answers } = message;
  const [via, note] = [viaOf(message), messageNote(message)];
  // What an outside party says has no member's colour: the member's name only says who vouches for it.
  const shown = (via ? "⇢ " : "") + safeName(author.name) + (isAmong(ambiguous, message) ? `#${shownTag(author)}` : "");
  const style: Style = via ? "dim" : author.isYou ? "bold" : nameStyle(toHex(author.person));
  const time = part(clockTime(message.time), "dim");
  const marks: Part[] = state === "pending" ? [part("  …", "dim")] : [];
  if (note !== null) marks.push(part(`  (${safeLine(note)})`, "dim"));
  const isNarrow = columns < NARROW;
  const gutter = isNarrow ? 1 : 6 + nameColumns(ambiguous);
  const width = Math.max(8, columns - gutter - 2);
  const reactions = reactionsLine(message);
  const bodyStyle: Style = state === "pending" ? "dim" : message.mentionsYou ? "bold" : "plain";
  const lines: readonly TerminalRow[] = [
    ...(via ? [[part(truncate(`${safeName(via.label)}, via ${safeName(author.name)}'s gateway:`, width), "dim")]] : []),
    ...(answers
      ? [[part(truncate(`↱ ${safeName(answers.author.name)}: ${safeLine(quoteText(answers))}`, width), "dim")]]
      : []),
    ...formattedLines(message, isStyled).flatMap((line) => wrapped(line, width, bodyStyle)),
    ...(reactions === "" ? [] : [[part(truncate(reactions, width), "dim")]]),
  ];
  const lastOfText = lines.length - (reactions === "" ? 1 : 2);
  const rows: TerminalRow[] = lines.map((line, at) => {
    const head: Part[] = isNarrow
      ? [part(" ")]
      : at === 0 && !isContinued
        ? [time, part(" "), part(fit(shown, gutter - 7), style), part(" ")]
        : [part(" ".repeat(gutter))];
    return [...head, part("│ ", "dim"), ...line, ...(at === lastOfText ? marks : [])];
  });
  return isNarrow && !isContinued ? [[part(shown, style), part("  "), time], ...rows] : rows;
}

// The bar of a quote and the space of a list go on in each row; where they leave too little room, only the text does.
function wrapped({ lead, hang, pieces }: TextLine, columns: number, style: Style): TerminalRow[] {
  const room = columns - displayWidth(lead);
  const isRoomy = room >= LEAST_TEXT;
  const text = pieces.map((piece) => piece.text).join("");
  return wrapLine(text, isRoomy ? room : columns).map(({ start, end }, at) => {
    let begins = 0;
    const shown = pieces.flatMap(({ text: all, marks }) => {
      const from = begins;
      begins += all.length;
      const cut = all.slice(Math.max(0, start - from), Math.max(0, end - from));
      return cut === "" ? [] : [{ ...part(cut, style), marks }];
    });
    const before = !isRoomy ? "" : at === 0 ? lead : hang;
    return [...(before === "" ? [] : [part(before, "dim")]), ...(shown.length === 0 ? [part("", style)] : shown)];
  });
}

/** Whether the author is one of those whose name looks like somebody else's. */
function isAmong(ambiguous: ReadonlySet<string>, { author }: TimelineMessage): boolean {
  return ambiguous.size > 0 && ambiguous.has(toHex(author.person));
}

function nameColumns(ambiguous: ReadonlySet<string>): number {
  return ambiguous.size > 0 ? NAME_COLUMNS + 5 : NAME_COLUMNS;
}

function systemRows(
  item: Exclude<ShownItem, { kind: "message" }>,
  { columns, ambiguous, ...told }: TimelineLayout,
): TerminalRow[] {
  const { text, style, mark } = systemText(item, told);
  const time = timeOf(item);
  const isNarrow = columns < NARROW;
  const gutter = isNarrow ? 2 : 6 + nameColumns(ambiguous);
  return wrap(safeText(text), Math.max(8, columns - gutter - 2)).map((line, at) => {
    const lead =
      at > 0
        ? " ".repeat(gutter + 2)
        : isNarrow
          ? `${mark} `
          : `${time === null ? "     " : clockTime(time)}${" ".repeat(gutter - 5)}${mark} `;
    return [part(at === 0 ? lead : lead.slice(0, isNarrow ? 2 : undefined), "dim"), part(line, style)];
  });
}

function systemText(
  item: Exclude<ShownItem, { kind: "message" }>,
  { labelOf, offerOf }: Pick<TimelineLayout, "labelOf" | "offerOf">,
): { text: string; style: Style; mark: string } {
  if (item.kind === "alarm")
    return { text: `${alarmSentence(item.alarm)} ${adviceFor(item.alarm)}`, style: "alarm", mark: "!" };
  if (item.kind === "notice") return { text: item.text, style: item.isFailure ? "warning" : "plain", mark: "›" };
  if (item.kind === "proposal") return { text: proposalSentence(item.proposal, labelOf), style: "plain", mark: "?" };
  if (item.kind === "unreadable") return { text: unreadableSentence(item), style: "dim", mark: "·" };
  const [summary, right] = [decisionSummary(item.decision, labelOf), decisionRight(item.decision)];
  const [text, offer] = [right === "" ? summary : `${summary}, ${right}`, offerOf(item.decision)];
  return { text: offer === null ? text : `${text}. ${offer}`, style: "dim", mark: "◆" };
}
