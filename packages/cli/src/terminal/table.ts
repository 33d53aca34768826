import { displayWidth } from "./displayWidth.js";

/** One cell: its text, and how to paint it once it is padded (colours must not count as width). */
export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

/** Lines of an aligned table, columns apart by two spaces; the last column is not padded. */
export function table(rows: readonly (readonly (string | Cell)[])[], indent = ""): string[] {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === "string" ? { text: cell } : cell)));
  const widths: number[] = [];
  for (const row of cells)
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, displayWidth(cell.text));
    });
  return cells.map((row) => {
    const line = row.map(({ text, paint }, column) => {
      const fill = column === row.length - 1 ? 0 : widths[column]! - displayWidth(text);
      return (paint ? paint(text) : text) + " ".repeat(fill);
    });
    return (indent + line.join("  ")).trimEnd();
  });
}
