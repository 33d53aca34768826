import { isTest, projectFiles, read } from "./files.mjs";
import { testTitles } from "./titles.mjs";

const NAME = "([a-z0-9]+(?:[.-][a-zA-Z0-9]+)+)";

/** Every `RULE: name` in the sources has a test that runs with its name in the title, and every rule that a title names exists. */
export function ruleFaults() {
  const stated = new Map();
  for (const file of projectFiles(/^packages\/.*\.tsx?$/)) {
    if (isTest(file)) continue;
    for (const [, name] of read(file).matchAll(new RegExp(`RULE: ${NAME}`, "gu"))) stated.set(name, file);
  }
  const tested = new Set(
    testTitles().flatMap((title) => [...title.matchAll(new RegExp(`RULE:? ${NAME}`, "gu"))].map(([, name]) => name)),
  );
  const faults = [...stated]
    .filter(([name]) => !tested.has(name))
    .map(([name, file]) => `${file}: no test names RULE ${name}`);
  for (const name of tested) if (!stated.has(name)) faults.push(`a test names RULE ${name}, which no source states`);
  return { faults, summary: `${stated.size} rules` };
}
