const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const PLAIN = /^[\x20-\x7e]*$/;
const ZERO = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]+$/u;
const EMOJI = /\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f/u;
// Unicode East Asian Width "W" and "F", in ranges (UAX #11).
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;

/** The characters of a text as a reader counts them. */
export function graphemes(text: string): string[] {
  if (PLAIN.test(text)) return text.split("");
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** How many terminal columns one character takes: 0, 1 or 2. */
export function graphemeWidth(grapheme: string): number {
  if (ZERO.test(grapheme)) return 0;
  return EMOJI.test(grapheme) || WIDE.test(grapheme) ? 2 : 1;
}

/** How many terminal columns a line takes (text without escape sequences). */
export function displayWidth(line: string): number {
  if (PLAIN.test(line)) return line.length;
  let width = 0;
  for (const grapheme of graphemes(line)) width += graphemeWidth(grapheme);
  return width;
}

/** The line, cut with an ellipsis so that it takes at most `columns`. */
export function truncate(line: string, columns: number): string {
  if (displayWidth(line) <= columns) return line;
  let kept = "";
  let width = 0;
  for (const grapheme of graphemes(line)) {
    const next = graphemeWidth(grapheme);
    if (width + next > columns - 1) break;
    kept += grapheme;
    width += next;
  }
  return columns > 0 ? `${kept}…` : "";
}

/** The line, cut or filled with spaces so that it takes exactly `columns`. */
export function fit(line: string, columns: number): string {
  const cut = truncate(line, columns);
  return cut + " ".repeat(Math.max(0, columns - displayWidth(cut)));
}

/** Breaks text into lines of at most `columns`, at spaces where there are some. Line feeds in the text are kept. */
export function wrap(text: string, columns: number): string[] {
  return text.split("\n").flatMap((line) => wrapLine(line, columns).map(({ start, end }) => line.slice(start, end)));
}

/** A part of a line, in UTF-16 units. */
export interface LinePart {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/** Where a line breaks so that each part takes at most `columns`; spaces at the end of a part are left out. */
export function wrapLine(line: string, wanted: number): LinePart[] {
  const columns = Math.max(1, wanted);
  if (displayWidth(line) <= columns) return [{ start: 0, end: line.length }];
  const lines: LinePart[] = [];
  let start = 0;
  const flush = () => {
    lines.push({ start, end: start + current.trimEnd().length });
    start += current.length;
  };
  let current = "";
  let width = 0;
  for (const word of line.split(/(?<= )/u)) {
    for (const piece of displayWidth(word) > columns ? graphemes(word) : [word]) {
      const pieceWidth = displayWidth(piece.trimEnd());
      if (width + pieceWidth > columns && current !== "") {
        flush();
        current = "";
        width = 0;
      }
      current += piece;
      width += displayWidth(piece);
    }
  }
  flush();
  return lines;
}
