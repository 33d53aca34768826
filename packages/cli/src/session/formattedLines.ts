import { type MarkupBlock, type MarkupSpan, parseMarkup, type TimelineMessage } from "@conclave/client";
import { chat as words } from "@conclave/words/en/chat";
import { safeText } from "../terminal/safeText.js";
import { messageText } from "./messageText.js";

/** How a piece of a message stands out in a terminal. */
export type TextMark = "bold" | "italic" | "strike" | "code" | "link" | "faint";

/** A piece of a line that looks the same from end to end. */
export interface TextPiece {
  readonly text: string;
  readonly marks: readonly TextMark[];
}

/** A line of a message. */
export interface TextLine {
  /** What stands before it: the bar of a quote, the mark of a list. */
  readonly lead: string;
  /** What stands there where the line goes on in the next one. */
  readonly hang: string;
  readonly pieces: readonly TextPiece[];
}

const NOBODY = { names: [], ownName: null };

/**
 * The lines of a message, at least one: with its formats, by the same reader as the pages (docs/decisions/0046-formatting.md),
 * or as it was typed where the terminal can show none.
 */
export function formattedLines(message: TimelineMessage, isStyled: boolean): readonly TextLine[] {
  const text = safeText(messageText(message));
  const isWritten = message.deleted === null && (message.kind === "text" || message.kind === "via");
  if (!isStyled || !isWritten) return text.split("\n").map((line) => plain(line));
  const lines = linesOf(parseMarkup(text, NOBODY));
  // Of a blank text too: without a row, what its author says next would stand under somebody else's name.
  return lines.length === 0 ? [plain("")] : lines;
}

function plain(text: string, marks: readonly TextMark[] = []): TextLine {
  return { lead: "", hang: "", pieces: [{ text, marks }] };
}

function linesOf(blocks: readonly MarkupBlock[]): TextLine[] {
  return blocks.flatMap((block): readonly TextLine[] => {
    switch (block.kind) {
      case "text":
        return split(block.spans.flatMap((span) => piecesOf(span, []))).map((pieces) => ({
          lead: "",
          hang: "",
          pieces,
        }));
      case "code":
        return block.text.split("\n").map((line) => plain(line, ["code"]));
      case "quote":
        return linesOf(block.blocks).map((line) => led(line, "▏ ", "▏ "));
      case "list":
        return block.items.flatMap(({ number, blocks }) => {
          const mark = number === null ? "• " : `${String(number)}. `;
          const space = " ".repeat(mark.length);
          return linesOf(blocks).map((line, at) => led(line, at === 0 ? mark : space, space));
        });
    }
  });
}

function led({ lead, hang, pieces }: TextLine, before: string, beforeRest: string): TextLine {
  return { lead: before + lead, hang: beforeRest + hang, pieces };
}

function piecesOf(span: MarkupSpan, marks: readonly TextMark[]): TextPiece[] {
  switch (span.kind) {
    case "text":
      return [{ text: span.text, marks }];
    case "code":
      return [{ text: span.text, marks: [...marks, "code"] }];
    case "mention":
      return [{ text: `@${span.name}`, marks }];
    case "link": {
      const host =
        span.host === null ? [] : [{ text: ` (${words.opensLink({ host: span.host })})`, marks: ["faint"] as const }];
      return [{ text: span.text, marks: [...marks, "link"] }, ...host];
    }
    default:
      return span.spans.flatMap((each) => piecesOf(each, [...marks, span.kind]));
  }
}

function split(pieces: readonly TextPiece[]): TextPiece[][] {
  const lines: TextPiece[][] = [[]];
  for (const { text, marks } of pieces) {
    for (const [at, line] of text.split("\n").entries()) {
      if (at > 0) lines.push([]);
      if (line !== "") lines.at(-1)!.push({ text: line, marks });
    }
  }
  return lines;
}
