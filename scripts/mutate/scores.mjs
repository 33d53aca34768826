import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { isDrawn } from "./sample.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const page = `${root}docs/mutation.md`;
const ROW =
  /^\| `(?<file>[^`]+)` \| [^|]+ \| (?<killed>\d+) \| (?<survived>\d+) \| (?<unseen>\d+) \| (?<changes>[^|]+) \|/u;
const COUNTED = ["Killed", "Timeout", "Survived", "NoCoverage"];

/**
 * Puts the scores of these files, as Stryker reports them, into the tables of docs/mutation.md. Gives the score of all. Of a sample
 * only what was drawn counts, and the row says of how many. Files that have been deleted lose their rows.
 */
export function writeScores(files, sample) {
  const text = readFileSync(page, "utf8");
  const rows = new Map(tableOf(text, "| File |").map((row) => [ROW.exec(row).groups.file, row]));
  const sum = { caught: 0, of: 0 };
  for (const [file, { mutants: all }] of Object.entries(files)) {
    const mutants = all.filter(({ id }) => isDrawn(id, sample));
    const there = all.filter(({ status }) => COUNTED.includes(status) || status === "RuntimeError").length;
    const count = (...states) => mutants.filter(({ status }) => states.includes(status)).length;
    const [caught, survived, unseen] = [count("Killed", "Timeout"), count("Survived"), count("NoCoverage")];
    const of = caught + survived + unseen;
    if (of === 0) continue;
    sum.caught += caught;
    sum.of += of;
    const day = new Date().toISOString().slice(0, 10);
    const changes = sample.oneIn === 1 ? "all" : `of ${there}, seed ${sample.seed}`;
    rows.set(
      file,
      `| \`${file}\` | ${percent(caught, of)} | ${caught} | ${survived} | ${unseen} | ${changes} | ${day} |`,
    );
  }
  const byFile = [...rows]
    .filter(([file]) => existsSync(root + file))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, row]) => row);
  const named = withTable(withTable(text, "| File |", byFile), "| Folder |", byFolder(byFile));
  writeFileSync(page, named);
  console.log(`${percent(sum.caught, sum.of)} of ${sum.of}, in docs/mutation.md by file`);
  return sum.of === 0 ? 100 : (100 * sum.caught) / sum.of;
}

/** One row for each folder of which a file has a score, which says of how many files. */
function byFolder(rows) {
  const folders = new Map();
  for (const { file, killed, survived, unseen, changes } of rows.map((row) => ROW.exec(row).groups)) {
    const { files, caught, of, there } = folders.get(dirname(file)) ?? { files: 0, caught: 0, of: 0, there: 0 };
    const tried = Number(killed) + Number(survived) + Number(unseen);
    const all = Number(/of (\d+)/u.exec(changes)?.[1] ?? tried);
    folders.set(dirname(file), {
      files: files + 1,
      caught: caught + Number(killed),
      of: of + tried,
      there: there + all,
    });
  }
  return [...folders].map(([folder, { files, caught, of, there }]) => {
    const inAll = readdirSync(`${root}${folder}`).filter((file) => /^[^.]+\.ts$/u.test(file)).length;
    const tried = of === there ? String(of) : `${of} of ${there}`;
    return `| \`${folder}\` | ${files} of ${inAll} | ${tried} | ${caught} | ${percent(caught, of)} |`;
  });
}

function placeOf(lines, head) {
  const from = lines.findIndex((line) => line.startsWith(head)) + 2;
  return [from, lines.findIndex((line, at) => at >= from && !line.startsWith("|"))];
}

function tableOf(text, head) {
  const lines = text.split("\n");
  return lines.slice(...placeOf(lines, head));
}

function withTable(text, head, rows) {
  const lines = text.split("\n");
  const [from, end] = placeOf(lines, head);
  return [...lines.slice(0, from), ...rows, ...lines.slice(end)].join("\n");
}

function percent(part, whole) {
  return `${((100 * part) / whole).toFixed(1)} %`;
}
