import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { faultsOf } from "./faults.mjs";
import { readMessages } from "./messages.mjs";
import { printAll } from "./print.mjs";

const home = fileURLToPath(new URL("..", import.meta.url));

/**
 * Compiles the sentences of a folder, one file for each language, into TypeScript. A file that is right already is left as it
 * is, so that nothing is built again without need. @throws Error when a language differs from English where it must not.
 */
export function compile(from = join(home, "messages"), into = join(home, "src/generated")) {
  const messages = readMessages(from);
  const faults = faultsOf(messages);
  if (faults.length > 0) throw new Error(`The sentences do not fit together:\n  ${faults.join("\n  ")}`);
  const files = printAll(messages);
  for (const path of readdirIfThere(into)) if (!files.has(path)) rmSync(join(into, path));
  for (const [path, text] of files) {
    const file = join(into, path);
    if (existsSync(file) && readFileSync(file, "utf8") === text) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

function readdirIfThere(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true }).filter((path) => path.endsWith(".ts"));
}
