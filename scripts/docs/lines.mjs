import { projectFiles, read } from "./files.mjs";

/** These are written from the code. */
const GENERATED = ["docs/cli.md", "docs/json.md"];
const COLUMNS = 100;

/** Prose is at most 100 columns wide. Code, tables, pictures, and lines without a space to break at, may be wider. */
export function lineFaults() {
  const pages = projectFiles(/\.md$/).filter((page) => !GENERATED.includes(page));
  const faults = pages.flatMap((page) =>
    wideLines(read(page)).map(({ number, length }) => `${page}:${number} is ${length} columns wide`),
  );
  return { faults, summary: `${pages.length} pages` };
}

function wideLines(text) {
  let [isFenced, isAfterBlank, isIndented] = [false, true, false];
  return text.split("\n").flatMap((line, index) => {
    const isFence = /^\s*```/u.test(line);
    if (isFence) isFenced = !isFenced;
    isIndented = line.startsWith("    ") && (isAfterBlank || isIndented);
    isAfterBlank = line.trim() === "";
    if (isFence || isFenced || isIndented || /^\s*(?:\||!\[)/u.test(line)) return [];
    const begin = /^[\s>]*(?:[-*+]|\d+\.)?\s*/u.exec(line)[0].length;
    const canBreak = line.lastIndexOf(" ", COLUMNS) > begin;
    return line.length > COLUMNS && canBreak ? [{ number: index + 1, length: line.length }] : [];
  });
}
