import type { TimelineItem } from "../model/timeline.js";
import { truncate } from "../terminal/displayWidth.js";
import type { Paint } from "../terminal/paint.js";
import { safeLine, safeName, safeText } from "../terminal/safeText.js";
import { clockTime, dayAndTime } from "../terminal/when.js";
import { reactionsLine } from "./reactionsLine.js";

/** Digits of a message's id that are shown: enough to name it. */
const SHOWN_OF_ID = 8;

/**
 * What happened, as lines for a pipe or a plain terminal.
 *
 * RULE: cli.system-lines: a message's lines begin with `<name>` or `|` after the time, a system line with `--` or `!!`
 * (attack A79).
 */
export function linesOf(
  item: TimelineItem,
  paint: Paint,
  options: { readonly withDay: boolean; readonly withIds?: boolean },
): string[] {
  const lines = linesWithoutIds(item, paint, options);
  if (options.withIds !== true) return lines;
  const id = item.kind === "message" ? item.message.id.slice(0, SHOWN_OF_ID) : "";
  return lines.map((line, at) => `${paint.dim((at === 0 ? id : "").padEnd(SHOWN_OF_ID))}  ${line}`);
}

function linesWithoutIds(item: TimelineItem, paint: Paint, options: { readonly withDay: boolean }): string[] {
  const stamp = (time: number) => paint.dim(options.withDay ? dayAndTime(time) : clockTime(time));
  if (item.kind === "message") {
    const { author, via, text, time, state, note, answers } = item.message;
    const [first = "", ...others] = safeText(text).split("\n");
    const answered = answers && `answers ${safeName(answers.author.name)}: ${truncate(safeLine(answers.text), 40)}`;
    const reactions = reactionsLine(item.message);
    const marks = [state === "sent" ? null : state, note, answered, reactions === "" ? null : reactions]
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
    const { time, summary, right } = item.decision;
    return [`${stamp(time)} -- ${safeLine(summary)}${right.text === "" ? "" : paint.dim(`, ${safeLine(right.text)}`)}`];
  }
  if (item.kind === "proposal") return [`${stamp(item.proposal.time)} -- ${safeLine(item.proposal.sentence)}`];
  if (item.kind === "unreadable") return [`-- ${item.sentence}`];
  const { time, sentence, advice, code } = item.alarm;
  return [`${stamp(time)} ${paint.red(`!! ALARM ${code}: ${safeLine(sentence)}`)} ${safeLine(advice)}`];
}
