import { isTest, projectFiles, read } from "./files.mjs";

/** Every `RULE: name` in the sources has a test that names it, and every rule that a test names exists. */
export function ruleFaults() {
  const sources = projectFiles(/^packages\/.*\.tsx?$/);
  const stated = new Map();
  const tested = new Set();
  for (const file of sources) {
    const text = read(file);
    if (isTest(file))
      for (const [, name] of text.matchAll(/RULE:? ([a-z0-9]+(?:[.-][a-zA-Z0-9]+)+)/g)) tested.add(name);
    else for (const [, name] of text.matchAll(/RULE: ([a-z0-9]+(?:[.-][a-zA-Z0-9]+)+)/g)) stated.set(name, file);
  }
  const faults = [...stated]
    .filter(([name]) => !tested.has(name))
    .map(([name, file]) => `${file}: no test names RULE ${name}`);
  for (const name of tested) if (!stated.has(name)) faults.push(`a test names RULE ${name}, which no source states`);
  return { faults, summary: `${stated.size} rules` };
}
