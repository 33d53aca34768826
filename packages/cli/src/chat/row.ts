import type { TextMark } from "../session/formattedLines.js";
import { displayWidth, truncate } from "../terminal/displayWidth.js";

/** How a piece of a row looks. Names have one of six colours; everything else is plain, dim, bold or a warning. */
export type Style = "plain" | "dim" | "bold" | "warning" | "alarm" | "good" | `name${0 | 1 | 2 | 3 | 4 | 5}`;

/** A piece of a row of the screen. */
export interface Part {
  readonly text: string;
  readonly style: Style;
  /** How it stands out beside its style. */
  readonly marks?: readonly TextMark[];
}

/** One row of the screen. */
export type TerminalRow = readonly Part[];

export function part(text: string, style: Style = "plain"): Part {
  return { text, style };
}

export function rowWidth(row: TerminalRow): number {
  return row.reduce((width, { text }) => width + displayWidth(text), 0);
}

/** The row, cut or filled so that it takes exactly `columns`. */
export function fitRow(row: TerminalRow, columns: number): TerminalRow {
  const fitted: Part[] = [];
  let left = columns;
  for (const piece of row) {
    const width = displayWidth(piece.text);
    if (width > left) {
      fitted.push({ ...piece, text: truncate(piece.text, left) });
      left -= displayWidth(fitted.at(-1)!.text);
      break;
    }
    fitted.push(piece);
    left -= width;
  }
  if (left > 0) fitted.push(part(" ".repeat(left)));
  return fitted;
}

/** What is left goes to the left end, what is right to the right end; the left gives way. */
export function spread(left: TerminalRow, right: TerminalRow, columns: number): TerminalRow {
  const room = columns - rowWidth(right);
  return room < 4 ? fitRow(left, columns) : [...fitRow(left, room), ...right];
}

/** The text of a row, without styles. */
export function rowText(row: TerminalRow): string {
  return row.map(({ text }) => text).join("");
}

/** A person's colour: the same everywhere and for ever. */
export function nameStyle(personId: string): Style {
  let sum = 0;
  for (const character of personId) sum = (sum * 31 + character.charCodeAt(0)) >>> 0;
  return `name${(sum % 6) as 0 | 1 | 2 | 3 | 4 | 5}`;
}
