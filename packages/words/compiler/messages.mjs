import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parse } from "@formatjs/icu-messageformat-parser";

/**
 * The sentences of every language of a folder, English first: language → section → key → ICU message. A language is there
 * because its file is: `<BCP 47 tag>.json`.
 */
export function readMessages(folder) {
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  const languages = names.map((name) => basename(name, ".json")).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return new Map(languages.map((tag) => [tag, JSON.parse(readFileSync(join(folder, `${tag}.json`), "utf8"))]));
}

const rank = (tag) => (tag === "en" ? 0 : 1);

const known = new Map();

/** The parts of an ICU message. @throws SyntaxError for one that is not well formed, or uses what is not compiled. */
export function partsOf(message) {
  const parts = known.get(message) ?? parsed(message);
  known.set(message, parts);
  return parts;
}

function parsed(message) {
  const parts = parse(message, { ignoreTag: true });
  for (const part of walk(parts)) {
    if (!COMPILED.has(part.type)) throw new SyntaxError(`"${message}" has a date or a time`);
    if (part.style) throw new SyntaxError(`"${message}" has a style of numbers`);
    if (part.offset) throw new SyntaxError(`"${message}" has an offset`);
  }
  return parts;
}

/** What a part of a message is, by the parser's numbers. */
export const PART = { text: 0, argument: 1, number: 2, select: 5, plural: 6, pound: 7 };
const COMPILED = new Set(Object.values(PART));

/** All parts of a message, those within forms too. */
export function walk(parts) {
  return parts.flatMap((part) => [part, ...Object.values(part.options ?? {}).flatMap(({ value }) => walk(value))]);
}

/** The placeholders of a message, in the order of their names: name → "text", "number" or "select". */
export function placeholdersOf(parts) {
  const all = new Map();
  for (const { type, value } of walk(parts)) {
    if (type === PART.argument) all.set(value, all.get(value) ?? "text");
    else if (type === PART.number || type === PART.plural) all.set(value, "number");
    else if (type === PART.select) all.set(value, "select");
  }
  return new Map([...all].sort(([a], [b]) => (a < b ? -1 : 1)));
}
