import { fileURLToPath } from "node:url";
import { PART, partsOf, readMessages, walk } from "../../words/compiler/messages.mjs";

const messages: ReadonlyMap<string, Readonly<Record<string, Readonly<Record<string, string>>>>> = readMessages(
  fileURLToPath(new URL("../../words/messages", import.meta.url)),
);

/** The languages that the pages are translated into. */
export const TRANSLATIONS: readonly string[] = [...messages.keys()].filter((language) => language !== "en");

/** A sentence without values. */
export function sentence(language: string, section: string, key: string): string {
  return messages.get(language)![section]![key]!;
}

/** All sentences of a language, as they stand in its file, and the texts between their placeholders. */
export function textsOf(language: string): string[] {
  const all = Object.values(messages.get(language)!).flatMap((section) => Object.values(section));
  return all.flatMap((message) => [message, ...ownTexts(message)]);
}

/**
 * For a search for what was left in English: texts, and parts of them between values, that a language says in another way; and
 * texts of several words that it does not.
 */
export function leftInEnglish(language: string): {
  readonly other: readonly string[];
  readonly same: readonly string[];
} {
  const [english, translated] = ["en", language].map(
    (tag) => new Set(Object.values(messages.get(tag)!).flatMap((each) => Object.values(each).flatMap(ownTexts))),
  );
  const texts = [...english!].filter((text) => /\p{L}{3}/u.test(text));
  return {
    other: texts.filter((text) => !translated!.has(text)),
    same: texts.filter((text) => translated!.has(text) && /\p{L}{2}\s+\p{L}{2}/u.test(text)),
  };
}

function ownTexts(message: string): string[] {
  return walk(partsOf(message)).flatMap((part: { type: number; value: string }) =>
    part.type === PART.text ? [part.value.trim()] : [],
  );
}
