import { encode } from "uqr";

/** Empty modules around the code: fewer than the standard asks for, so that it fits into 80 columns; cameras read it all the same. */
const QUIET = 2;
/** Black on white, whatever the terminal's colours are. */
const [PAPER, PLAIN] = ["\u001b[30;107m", "\u001b[39;49m"];

/** A QR code for a terminal: its lines, each half as many as its rows, and how many columns it takes. */
export interface DrawnCode {
  readonly lines: readonly string[];
  readonly columns: number;
}

/**
 * Draws a QR code, with two modules in each character. `isColored`: dark on white; else with the light modules drawn, as it has
 * to be on a dark terminal. Null for a text that is too long for any code.
 */
export function drawQrCode(text: string, isColored: boolean): DrawnCode | null {
  const code = encoded(text);
  if (code === null) return null;
  const { data, size } = code;
  const isDrawn = (x: number, y: number) => (data[y]?.[x] === true) === isColored;
  const columns = size + 2 * QUIET;
  const lines: string[] = [];
  for (let y = -QUIET; y < size + QUIET; y += 2) {
    let line = "";
    for (let x = -QUIET; x < size + QUIET; x++) {
      const isLast = y + 1 >= size + QUIET;
      line += BLOCKS[(isDrawn(x, y) ? 2 : 0) + (!isLast && isDrawn(x, y + 1) ? 1 : 0)]!;
    }
    lines.push(isColored ? `${PAPER}${line}${PLAIN}` : line);
  }
  return { lines, columns };
}

const BLOCKS = [" ", "▄", "▀", "█"];

function encoded(text: string): ReturnType<typeof encode> | null {
  try {
    return encode(text, { ecc: "L", border: 0 });
  } catch {
    return null;
  }
}
