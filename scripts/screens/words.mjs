// How many words each screen asks somebody to read: the table in docs/screens/words.md.
/* global document, getComputedStyle -- in functions that the page runs */
import { existsSync, readFileSync, writeFileSync } from "node:fs";

/** Runs in the page: its words, without what people wrote and the recovery words. */
export function wordsOf() {
  const taken = '[role="log"] [role="article"], [role="log"] article, mark, ol li, textarea, [aria-hidden="true"], svg';
  const words = (node) => {
    if (node.nodeType === 3) return (node.data.match(/\p{L}[\p{L}\p{N}’'-]*/gu) ?? []).length;
    if (node.nodeType !== 1 || node.matches(taken)) return 0;
    // Folded away: nobody reads it before they ask for it.
    if (node.matches("details:not([open]) > :not(summary)")) return 0;
    const { display, visibility } = getComputedStyle(node);
    const { width, height } = node.getBoundingClientRect();
    // What only a screen reader reads is kept out of sight in one pixel.
    if (display === "none" || visibility === "hidden" || (display !== "contents" && width <= 1 && height <= 1))
      return 0;
    let sum = 0;
    for (const child of node.childNodes) sum += words(child);
    return sum;
  };
  return words(document.body);
}

const HEAD = `# Words

How many words each screen shows on a desktop, without what people wrote, names of a list and the
recovery words. \`npm run screens\` counts them. The first column is 30 November, before the screens
were made again.

| screen | before | now |
| --- | --- | --- |
`;

/** Writes the table, with the first column as it was. */
export function writeWords(file, now) {
  const before = new Map();
  for (const [, name, count] of existsSync(file)
    ? readFileSync(file, "utf8").matchAll(/^\| ([a-z-]+) \| (\d+) \|/gmu)
    : [])
    before.set(name, count);
  const rows = [...now].map(([name, count]) => `| ${name} | ${before.get(name) ?? "-"} | ${count} |`);
  writeFileSync(file, `${HEAD}${rows.join("\n")}\n`);
}
