import { existsSync, writeFileSync } from "node:fs";
import { read, root } from "./files.mjs";
import { testTitles } from "./titles.mjs";

/**
 * docs/attacks.md has a row `| A1 | attack | status |` for each attack; the first 103, of the design, must all be there. A row
 * whose status is `tested` needs a test whose title begins with that number ("A1: ..."); one that `waits: …`, and says for what,
 * must not have one. A test whose title begins with a number needs a row.
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
    if (status !== "tested" && !/^waits: \S/u.test(status))
      faults.push(`${id} is neither tested, nor does it say what it waits for: "${status}"`);
    if (status === "tested" && !tested.has(id))
      faults.push(`${id} is called tested, and no test's title begins with it`);
    if (status !== "tested" && tested.has(id)) faults.push(`${id} waits, and a test has its name`);
  }
  for (const id of tested) if (!rows.some((row) => row.id === id)) faults.push(`${id} has a test and no row`);
  for (let n = 1; n <= 103; n++) if (!rows.some(({ id }) => id === `A${n}`)) faults.push(`A${n} has no row`);
  return {
    faults,
    summary: `${rows.filter(({ status }) => status === "tested").length} of ${rows.length} attacks tested`,
  };
}

/** Writes `tested` where the tests have it; where there is none any more, what it waits for is asked for. */
export function writeAttackStatuses() {
  const tested = testedAttacks();
  const text = read("docs/attacks.md").replace(/^\| (A\d+) \|(.*)\| ([^|]*) \|$/gm, (_row, id, attack, status) => {
    const now = tested.has(id) ? "tested" : status === "tested" ? "waits: " : status;
    return `| ${id} |${attack}| ${now} |`;
  });
  writeFileSync(`${root}docs/attacks.md`, text);
}

function testedAttacks() {
  const begins = testTitles().map((title) => title.split(":")[0] ?? "");
  return new Set(begins.flatMap((begin) => begin.match(/\bA\d+\b/gu) ?? []));
}
