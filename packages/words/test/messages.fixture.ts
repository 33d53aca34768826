import { fileURLToPath } from "node:url";
import { PART, partsOf, placeholdersOf, readMessages, walk } from "../compiler/messages.mjs";

/** Section → key → ICU message. */
export type Sections = Readonly<Record<string, Readonly<Record<string, string>>>>;

export const FOLDER = fileURLToPath(new URL("../messages", import.meta.url));
export const messages: ReadonlyMap<string, Sections> = readMessages(FOLDER);

const SIX = ["zero", "one", "two", "few", "many", "other"];

/** A language that nobody speaks, made of the English, with Arabic's six plural categories; each form says which it is. */
export function pseudoArabic(): Sections {
  return mapped(messages.get("en")!, (section) => mapped(section, pseudo));
}

function pseudo(english: string): string {
  const parts = partsOf(english);
  const all: readonly { type: number; value: string; options?: object }[] = walk(parts);
  const said = [...placeholdersOf(parts).keys()].map((name) => {
    const part = all.find(({ type, value }) => value === name && type !== PART.text)!;
    if (part.type === PART.plural) return `{${name}, plural, ${SIX.map((form) => `${form} {${form} #}`).join(" ")}}`;
    if (part.type === PART.number) return `{${name}, number}`;
    if (part.type !== PART.select) return `{${name}}`;
    return `{${name}, select, ${Object.keys(part.options!)
      .map((form) => `${form} {${form}}`)
      .join(" ")}}`;
  });
  return ["ﺕ", ...said].join(" ");
}

function mapped<A, B>(of: Readonly<Record<string, A>>, change: (value: A) => B): Readonly<Record<string, B>> {
  return Object.fromEntries(Object.entries(of).map(([key, value]) => [key, change(value)]));
}
