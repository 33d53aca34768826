import { readLink } from "./link.js";
import type { Mention } from "../timeline/mentions.js";
import type { MarkKind, MarkupSpan } from "./markupTree.js";

/** What the lines of a text share. */
export interface InlineContext {
  /** How many nodes and links may still be made. */
  readonly left: { nodes: number; links: number };
  /** Whom the @ at this place names, or null. */
  readonly mentionAt: (text: string, at: number) => Mention | null;
  readonly isYou: (mention: Mention) => boolean;
}

/** A mark that was opened, and what came since. The outermost has none. */
interface Frame {
  readonly mark: string;
  readonly spans: MarkupSpan[];
}

const KINDS: Readonly<Record<string, MarkKind>> = { "**": "bold", "*": "italic", _: "italic", "~~": "strike" };
const TOKEN =
  /`+|\*+|_+|~+|@|(?:(?<![\p{L}\p{N}:])(?:https?:\/\/|mailto:)|(?<![\p{L}\p{N}:./@\\_-])www\.)[^\s<>"'`]{1,2000}/giu;
// Of scripts with capitals: other scripts write without spaces, and mark a word in the middle of a line.
const WORD = /[\p{Lu}\p{Ll}\p{Lt}\p{N}]/u;
// Before a star that opens, or one that closes, these make it part of a path, a formula or a smiley.
const OPENS_NOT_AFTER = /[/\\.:=@#$%&+|^]/u;
const CLOSES_NOT_AFTER = /[/\\]/u;
const SPACE = /\s/u;

/**
 * Lines of text with what stands out in them. A mark opens before a letter and closes behind one, never inside a word
 * (`snake_case`, `2*3*4`), on one line; a mark without its other half is text.
 */
export function fillInline(lines: readonly string[], context: InlineContext): MarkupSpan[] {
  const spans: MarkupSpan[] = [];
  for (const [at, line] of lines.entries()) {
    if (at > 0) add(spans, { kind: "text", text: "\n" });
    for (const span of readLine(line, context)) add(spans, span);
  }
  return spans;
}

function readLine(line: string, context: InlineContext): readonly MarkupSpan[] {
  const { left, mentionAt, isYou } = context;
  const frames: Frame[] = [{ mark: "", spans: [] }];
  const push = (span: MarkupSpan) => add(frames.at(-1)!.spans, span);
  const say = (text: string) => {
    if (text !== "") push({ kind: "text", text });
  };
  const closesCode = codeCloser(line);
  const token = new RegExp(TOKEN);
  let last = 0;
  for (let found = token.exec(line); found && left.nodes > 0; found = token.exec(line)) {
    const [run] = found;
    const at = found.index;
    say(line.slice(last, at));
    last = at + run.length;
    if (run === "@") {
      const mention = mentionAt(line, at);
      if (mention) {
        left.nodes--;
        push({ kind: "mention", name: mention.name, isYou: isYou(mention) });
        last += mention.name.length;
      } else say(run);
    } else if (run.startsWith("`")) {
      const end = closesCode(at, run.length);
      const code = end === null ? "" : unpadded(line.slice(last, end));
      if (end === null || code.trim() === "") say(run);
      else {
        left.nodes--;
        push({ kind: "code", text: code });
        last = end + run.length;
      }
    } else if (/^[*_~]/u.test(run)) takeMark(frames, run, line.charAt(at - 1), line.charAt(last), left);
    else {
      const { text, link } = readLink(run, left.links > 0);
      last = at + text.length;
      if (link) {
        left.nodes--;
        left.links--;
        push(link);
      } else say(text);
    }
    token.lastIndex = last;
  }
  say(line.slice(last));
  while (frames.length > 1) giveUp(frames, frames.length - 1);
  return frames[0]!.spans;
}

function takeMark(frames: Frame[], run: string, before: string, after: string, left: { nodes: number }): void {
  const canClose = before !== "" && !SPACE.test(before) && !CLOSES_NOT_AFTER.test(before) && !WORD.test(after);
  const canOpen = after !== "" && !SPACE.test(after) && !WORD.test(before) && !OPENS_NOT_AFTER.test(before);
  // Three stars are bold and italic.
  const marks = run === "***" ? ["**", "*"] : KINDS[run] ? [run] : [];
  let rest = run;
  if (canClose) {
    for (let at = frames.length - 1; at > 0; at--) {
      const { mark } = frames[at]!;
      if (!marks.includes(mark) || !rest.startsWith(mark)) continue;
      while (frames.length - 1 > at) giveUp(frames, frames.length - 1);
      const { spans } = frames.pop()!;
      left.nodes--;
      add(frames.at(-1)!.spans, { kind: KINDS[mark]!, spans });
      rest = rest.slice(mark.length);
    }
  }
  if (rest === run && canOpen && marks.length > 0) {
    for (const mark of marks) {
      const open = frames.findIndex((frame) => frame.mark === mark);
      if (open > 0) giveUp(frames, open);
      frames.push({ mark, spans: [] });
    }
  } else if (rest !== "") add(frames.at(-1)!.spans, { kind: "text", text: rest });
}

/** A mark that was opened in vain is text. What came since moves outwards, at most as often as there are marks. */
function giveUp(frames: Frame[], at: number): void {
  const [{ mark, spans }] = frames.splice(at, 1) as [Frame];
  const into = frames[at - 1]!.spans;
  add(into, { kind: "text", text: mark });
  for (const span of spans) add(into, span);
}

function add(spans: MarkupSpan[], span: MarkupSpan): void {
  const last = spans.at(-1);
  if (span.kind === "text" && last?.kind === "text")
    spans[spans.length - 1] = { kind: "text", text: last.text + span.text };
  else spans.push(span);
}

/** Finds where code ends that as many backticks begin; each run of them is looked at once. */
function codeCloser(line: string): (at: number, length: number) => number | null {
  let runs: { readonly at: number; readonly length: number }[] | null = null;
  const lastOf = new Map<number, number>();
  let next = 0;
  return (at, length) => {
    if (runs === null) {
      runs = Array.from(line.matchAll(/`+/gu), (run) => ({ at: run.index, length: run[0].length }));
      for (const run of runs) lastOf.set(run.length, run.at);
    }
    if ((lastOf.get(length) ?? 0) <= at) return null;
    while (runs[next]!.at <= at || runs[next]!.length !== length) next++;
    return runs[next]!.at;
  };
}

// A space on both sides keeps a backtick at the edge apart from those around it.
function unpadded(code: string): string {
  return code.startsWith(" ") && code.endsWith(" ") && code.trim() !== "" ? code.slice(1, -1) : code;
}
