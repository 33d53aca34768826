import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const page = fileURLToPath(new URL("../../docs/mutation.md", import.meta.url));
const ROW = /^\| `(?<file>[^`]+)` \|.*$/u;

/** Puts the scores of these files, as Stryker reports them, into the table of docs/mutation.md. Gives the score of all. */
export function writeScores(files) {
  const lines = readFileSync(page, "utf8").split("\n");
  const head = lines.findIndex((line) => line.startsWith("| File |"));
  const end = lines.findIndex((line, at) => at > head && !line.startsWith("|"));
  const rows = new Map(lines.slice(head + 2, end).map((row) => [ROW.exec(row).groups.file, row]));
  const sum = { caught: 0, of: 0 };
  for (const [file, { mutants }] of Object.entries(files)) {
    const count = (...states) => mutants.filter(({ status }) => states.includes(status)).length;
    const [caught, survived, unseen] = [count("Killed", "Timeout"), count("Survived"), count("NoCoverage")];
    const of = caught + survived + unseen;
    if (of === 0) continue;
    sum.caught += caught;
    sum.of += of;
    const day = new Date().toISOString().slice(0, 10);
    rows.set(file, `| \`${file}\` | ${percent(caught, of)} | ${caught} | ${survived} | ${unseen} | ${day} |`);
  }
  const table = [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  writeFileSync(page, [...lines.slice(0, head + 2), ...table, ...lines.slice(end)].join("\n"));
  console.log(`${percent(sum.caught, sum.of)} of ${sum.of}, in docs/mutation.md by file`);
  return sum.of === 0 ? 100 : (100 * sum.caught) / sum.of;
}

function percent(part, whole) {
  return `${((100 * part) / whole).toFixed(1)} %`;
}
