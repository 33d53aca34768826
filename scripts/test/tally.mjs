// A reporter for vitest: how many tests passed, failed and were left out, and why, into the file that CONCLAVE_TALLY names.
// Why a test is left out stands in its title or its suite's: "(skipped without Firefox)".
import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";

const REASON = /skipped ((?:without|where|outside)[^)]*)\)/u;

/** Most characters of a failure's message in the summary: the whole of it stands above, where it happened. */
const REASON_CHARACTERS = 600;

/** What a failed test said, and at which line: a log of which only the end is kept still says why. */
function reasonOf(errors = []) {
  return errors
    .map(({ message, diff = "", stacks }) => {
      const line = stacks?.[0] ? ` (${relative(process.cwd(), stacks[0].file)}:${stacks[0].line})` : "";
      const said = stripVTControlCharacters(`${message} ${diff}`).replaceAll(/\s+/gu, " ").slice(0, REASON_CHARACTERS);
      return `\n         ${said}${line}`;
    })
    .join("");
}

/** The suites in which something failed outside of any test: before all of them, or after. */
function brokenIn(module) {
  return [module, ...module.children.allSuites()]
    .filter((suite) => suite.errors().length > 0)
    .map((suite) => ({
      name: suite.fullName ? `${suite.fullName}: ` : "",
      errors: suite.errors(),
      tests: new Set(suite.children.allTests()),
    }));
}

export default class Tally {
  onTestRunEnd(modules) {
    const tally = { passed: 0, failed: 0, skipped: 0, leftOut: [], failures: [] };
    for (const module of modules) {
      const file = relative(process.cwd(), module.moduleId);
      const broken = brokenIn(module);
      const reasons = new Map();
      for (const test of module.children.allTests()) {
        const { state, note } = test.result();
        tally[state === "passed" || state === "failed" ? state : "skipped"] += 1;
        if (state === "failed") tally.failures.push(`${file}: ${test.fullName}${reasonOf(test.result().errors)}`);
        if (state !== "skipped") continue;
        // What was to be ready before it failed: that is no reason of its own.
        if (broken.some(({ tests }) => tests.has(test))) continue;
        const reason = note ?? REASON.exec(test.fullName)?.[1] ?? "no reason is given";
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      }
      if (module.state() === "failed" && !tally.failures.some((name) => name.startsWith(file))) {
        tally.failed += 1;
        const why = broken.map(({ name, errors, tests }) => `${name}${tests.size} tests${reasonOf(errors)}`).join("");
        tally.failures.push(`${file}: it did not run: ${why}`);
      }
      for (const [reason, count] of reasons) tally.leftOut.push(`${count} of ${file} (${reason})`);
    }
    writeFileSync(process.env.CONCLAVE_TALLY, JSON.stringify(tally));
  }
}
