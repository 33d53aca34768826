import { mentionReader } from "../timeline/mentions.js";
import { fillInline, type InlineContext } from "./inline.js";
import type { MarkupBlock, MarkupItem } from "./markupTree.js";

/** Whom a text can mention. */
export interface Mentionable {
  readonly names: readonly string[];
  readonly ownName: string | null;
  /** Whether `@room` names everybody: it does where its author is an admin or owner. */
  readonly namesRoom?: boolean;
}

interface Context extends InlineContext {
  /** The lines of the blocks that are being read. */
  readonly lines: string[];
  /** How many quotes and lists are around them. */
  readonly depth: number;
}

const DEEPEST = 4;
const MOST_NODES = 2000;
const MOST_LINKS = 60;

const FENCE = /^ {0,3}```(?<first>[^`]*)(?<isClosed>```\s*)?$/u;
const LANGUAGE = /^\s*(?:[a-z][\w+#.-]{0,20})?\s*$/iu;
// "> x" and ">> x", but no ">:(" and no ">_<".
const QUOTED = /^>(?= |$|>+(?: |$)) ?/u;
const ITEM = /^(?<indent> {0,3})(?<mark>[-*]|(?<digits>\d{1,9})[.)]) +(?=\S)/u;
const INDENT = /^ */u;

/**
 * A message's text as a tree: `**bold**`, `*italic*` and `_italic_`, `~~strike~~`, code between backticks, lines of code between
 * three of them, `> quotes`, `- lists` and `1. lists`, addresses and mentions. What is none of these stays as it was typed
 * (docs/decisions/0046-formatting.md). The time it takes grows with the length of the text, whatever it is made of.
 *
 * RULE: markup.bounded: at most 2,000 marks, 60 links and four quotes or lists in one another are read of a text; the rest
 * of it is text (attack A82).
 */
export function parseMarkup(text: string, { names, ownName, namesRoom = false }: Mentionable): MarkupBlock[] {
  return readBlocks({
    lines: text.split("\n"),
    depth: 0,
    left: { nodes: MOST_NODES, links: MOST_LINKS },
    mentionAt: mentionReader(names, namesRoom),
    isYou: ({ name, isRoom }) => isRoom || name === ownName,
  });
}

function readBlocks(context: Context): MarkupBlock[] {
  const { lines, left } = context;
  const blocks: MarkupBlock[] = [];
  let from = 0;
  let at = 0;
  while (at < lines.length) {
    const found = left.nodes > 0 ? (readCode(context, at) ?? readQuote(context, at) ?? readList(context, at)) : null;
    if (found?.block) {
      addText(context, blocks, from, at);
      blocks.push(found.block);
      from = found.next;
    }
    at = found?.next ?? at + 1;
  }
  addText(context, blocks, from, at);
  return blocks;
}

// Blank lines beside a block are the space around it.
function addText(context: Context, blocks: MarkupBlock[], from: number, to: number): void {
  const isBlank = (at: number) => context.lines[at]!.trim() === "";
  let [start, end] = [from, to];
  while (start < end && isBlank(start)) start++;
  while (end > start && isBlank(end - 1)) end--;
  if (start < end) blocks.push({ kind: "text", spans: fillInline(context.lines.slice(start, end), context) });
}

/** A block that begins at a line, or null for lines that only looked like one; and the line after it. */
interface Found {
  readonly block: MarkupBlock | null;
  readonly next: number;
}

// To the next three backticks, wherever they stand; without any to the end, as when a long text is cut.
function readCode({ lines, left }: Context, at: number): Found | null {
  const { first, isClosed } = FENCE.exec(lines[at]!)?.groups ?? {};
  if (first === undefined) return null;
  const code = LANGUAGE.test(first) && isClosed === undefined ? [] : [first];
  let next = at + 1;
  let rest = "";
  while (isClosed === undefined && next < lines.length) {
    const line = lines[next++]!;
    const end = line.indexOf("```");
    if (end < 0) {
      code.push(line);
      continue;
    }
    if (line.slice(0, end).trim() !== "") code.push(line.slice(0, end));
    rest = line.slice(end + 3);
    break;
  }
  const text = code.join("\n");
  if (text.trim() === "") return { block: null, next };
  if (rest.trim() !== "") lines[--next] = rest;
  left.nodes--;
  return { block: { kind: "code", text }, next };
}

function readQuote(context: Context, at: number): Found | null {
  const { lines, depth, left } = context;
  if (depth === DEEPEST || !QUOTED.test(lines[at]!)) return null;
  let next = at;
  while (next < lines.length && QUOTED.test(lines[next]!)) next++;
  left.nodes--;
  const inner = lines.slice(at, next).map((line) => line.replace(QUOTED, ""));
  const blocks = readBlocks({ ...context, lines: inner, depth: depth + 1 });
  return { block: blocks.length === 0 ? null : { kind: "quote", blocks }, next };
}

function readList(context: Context, at: number): Found | null {
  const { lines, depth, left } = context;
  const first = depth < DEEPEST ? itemOf(lines[at]!) : null;
  if (first === null) return null;
  const items: MarkupItem[] = [];
  let next = at;
  while (next < lines.length && left.nodes > 0) {
    const item = itemOf(lines[next]!);
    if (item === null || (item.number === null) !== (first.number === null)) break;
    const inner = [lines[next]!.slice(item.width)];
    for (next++; next < lines.length; next++) {
      const line = lines[next]!;
      const indent = INDENT.exec(line)![0].length;
      if (line.length === indent || indent < item.indent + 2) break;
      inner.push(line.slice(Math.min(indent, item.width)));
    }
    left.nodes--;
    items.push({ number: item.number, blocks: readBlocks({ ...context, lines: inner, depth: depth + 1 }) });
  }
  return { block: { kind: "list", items }, next };
}

// A line of nothing but dashes is a line that somebody drew.
function itemOf(line: string): { number: number | null; indent: number; width: number } | null {
  const found = ITEM.exec(line);
  if (!found?.groups || !/[^-*\s]/u.test(line)) return null;
  const { indent = "", digits } = found.groups;
  return { number: digits === undefined ? null : Number(digits), indent: indent.length, width: found[0].length };
}
