import { DIRECTIONS, LANGUAGES, type Language } from "@conclave/words";
import { computed, effect, signal } from "@preact/signals";
import { recall, remember } from "../app/preference.js";

/** What a language calls itself, for the setting: "Deutsch". */
export function languageName(tag: Language): string {
  return new Intl.DisplayNames(tag, { type: "language" }).of(tag) ?? tag;
}

const KEY = "conclave.language";

/** What the person chose: a language, or "system" for the browser's. Kept in this browser. */
export const languageChoice = signal<Language | "system">(recall(KEY, [...LANGUAGES, "system"], "system"));

/** The language that everything visible is in. Reading it in a component makes the component follow it. */
export const language = computed<Language>(() =>
  languageChoice.value === "system" ? preferred(browserLanguages()) : languageChoice.value,
);

/** The way it is written. */
export const direction = computed(() => DIRECTIONS[language.value]);

/** Says the language and its direction on the root of the page, and again when they change. */
export function startLanguage(root: Pick<HTMLElement, "lang" | "dir"> = document.documentElement): void {
  effect(() => {
    root.lang = language.value;
    root.dir = direction.value;
  });
}

/** Sets and keeps the choice. */
export function chooseLanguage(choice: Language | "system"): void {
  languageChoice.value = choice;
  remember(KEY, choice);
}

/** The first of a person's languages (BCP 47 tags, best first) that we have; English when there is none. */
export function preferred(tags: readonly string[]): Language {
  for (const tag of tags) {
    const base = tag.toLowerCase().split("-")[0];
    const known = LANGUAGES.find((each) => each === base);
    if (known) return known;
  }
  return "en";
}

function browserLanguages(): readonly string[] {
  return typeof navigator === "undefined" ? [] : navigator.languages;
}
