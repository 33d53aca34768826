import { existsSync, writeFileSync } from "node:fs";
import { read, root } from "./files.mjs";
import { testTitles } from "./titles.mjs";

/**
 * docs/attacks.md has a row `| A1 | attack | status |` for each attack; the first 102, of the design, must all be there. A row
 * whose status is `tested` needs a test whose title begins with that number ("A1: ..."); a row that is `open` must not have one.
 */
export function attackFaults() {
  if (!existsSync(`${root}docs/attacks.md`)) return { faults: ["docs/attacks.md is missing"], summary: "no catalogue" };
  const rows = [...read("docs/attacks.md").matchAll(/^\|\s*(A\d+)\s*\|(.*)$/gmu)].map(([, id, rest]) => ({
    id,
    status: rest.split("|").at(-2)?.trim() ?? "",
  }));
  const tested = testedAttacks();
  const faults = [];
  for (const { id, status } of rows) {
    if (!["tested", "open"].includes(status)) faults.push(`${id} is neither tested nor open, but "${status}"`);
    if (status === "tested" && !tested.has(id))
      faults.push(`${id} is called tested, and no test's title begins with it`);
    if (status === "open" && tested.has(id)) faults.push(`${id} is called open, and a test has its name`);
  }
  for (let n = 1; n <= 102; n++) if (!rows.some(({ id }) => id === `A${n}`)) faults.push(`A${n} has no row`);
  return {
    faults,
    summary: `${rows.filter(({ status }) => status === "tested").length} of ${rows.length} attacks tested`,
  };
}

/** Writes each row's status as the tests have it. */
export function writeAttackStatuses() {
  const tested = testedAttacks();
  const text = read("docs/attacks.md").replace(/^\| (A\d+) \|(.*)\| (?:tested|open) \|$/gm, (_row, id, attack) => {
    return `| ${id} |${attack}| ${tested.has(id) ? "tested" : "open"} |`;
  });
  writeFileSync(`${root}docs/attacks.md`, text);
}

function testedAttacks() {
  const begins = testTitles().map((title) => title.split(":")[0] ?? "");
  return new Set(begins.flatMap((begin) => begin.match(/\bA\d+\b/gu) ?? []));
}
