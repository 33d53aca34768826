import { wrap } from "./displayWidth.js";
import { safeText } from "./safeText.js";

/** Columns where the rows are not for a terminal, and at most: a long line is hard to read. */
const MOST_COLUMNS = 80;

/**
 * What somebody wrote, below a line that says who; no rows where nothing of it can be seen. `stream`: where it is shown.
 *
 * RULE: cli.quotation: every row of it has a mark before it. A terminal goes on with a long line in the next row, where the rest would
 * look like a line of this program (attack A78).
 */
export function quotation(
  text: string,
  { indent, stream }: { readonly indent: string; readonly stream: Pick<NodeJS.WriteStream, "isTTY" | "columns"> },
): string[] {
  const mark = `${indent}> `;
  const said = safeText(text).trim();
  if (said === "") return [];
  const columns = stream.isTTY ? Math.min(stream.columns, MOST_COLUMNS) : MOST_COLUMNS;
  return wrap(said, columns - mark.length).map((row) => mark + row);
}
