import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runLab } from "./lab.js";
import { plot } from "./plot.js";
import { attackTable, bytesTable, workTable } from "./table.js";

// npm run lab: runs every construction and every attack on it, and writes what came of it into docs/why.md and docs/lab.
const SIZES = [2, 4, 10, 30, 100, 300, 1000];
const docs = fileURLToPath(new URL("../../../docs/", import.meta.url));

const began = performance.now();
const results = await runLab(SIZES, (what) => console.log(`${seconds()} s  ${what} ...`));
const tables = {
  attacks: attackTable(results),
  say: bytesTable(results, "say"),
  remove: bytesTable(results, "remove"),
  add: bytesTable(results, "add"),
  work: workTable(results),
};
let page = readFileSync(`${docs}why.md`, "utf8");
for (const [name, table] of Object.entries(tables)) {
  console.log(`\n${name}\n${table}`);
  page = page.replace(
    new RegExp(`(<!-- lab: ${name} -->\n)[^]*?(\n<!-- end -->)`),
    (_all, before: string, after: string) => `${before}\n${table}\n${after}`,
  );
}
writeFileSync(`${docs}why.md`, page);
mkdirSync(`${docs}lab`, { recursive: true });
writeFileSync(`${docs}lab/remove.svg`, plot("To remove somebody", results, "remove"));
writeFileSync(`${docs}lab/say.svg`, plot("To say 256 bytes", results, "say"));
console.log(`\n${seconds()} s. Written: docs/why.md, docs/lab/remove.svg, docs/lab/say.svg`);

function seconds(): string {
  return ((performance.now() - began) / 1000).toFixed(0);
}
