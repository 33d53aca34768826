import { effect, signal } from "@preact/signals";
import { LANGUAGES, language, type Language } from "./language.js";

/** A visible text: as it is, or made of values ("3 people"). */
type Phrase = string | ((...values: never[]) => string);
type Phrases = Readonly<Record<string, Phrase>>;
/** The other language's phrases: the same keys, and functions of the same values. */
type SameAs<E extends Phrases> = { readonly [K in keyof E]: E[K] extends string ? string : E[K] };

/** A catalogue's German, or how it is fetched: the build keeps it apart (languagesApart.mjs). */
type German<E extends Phrases> = SameAs<E> | (() => Promise<SameAs<E>>);

const catalogues: Record<Language, Phrases>[] = [];
/** What fetches the German that is not here. */
const absent = new Set<() => Promise<void>>();
/** Goes up when German came: what was shown in English meanwhile is then shown in German. */
const arrivals = signal(0);

/**
 * A catalogue of visible texts, in every language. Each screen has one, in its `words.ts`.
 *
 * Returns an object with the same keys, whose properties are in the language of now: read in a component, they follow the
 * `language` signal. Do not keep a phrase in a constant outside of a component: it would stay in the old language.
 *
 *     export const t = words({ en: { people: (n: number) => plural(n, { one: "# person", other: "# people" }) }, de: { … } });
 *     <h2>{t.people(3)}</h2>
 */
export function words<const E extends Phrases>(catalogue: { readonly en: E; readonly de: German<E> }): SameAs<E> {
  const { en, de } = catalogue;
  const isHere = typeof de !== "function";
  const kept: Record<Language, Phrases> = { en, de: isHere ? de : en };
  catalogues.push(kept);
  if (!isHere) {
    const bring = async () => {
      kept.de = await de();
      absent.delete(bring);
    };
    absent.add(bring);
  }
  const spoken = {};
  for (const key of Object.keys(en)) {
    const get = () => (arrivals.value, kept[language.value][key]);
    Object.defineProperty(spoken, key, { enumerable: true, get });
  }
  return spoken as SameAs<E>;
}

/**
 * Resolves when all catalogues made so far can be spoken in the language of now: before a screen is shown. What cannot be
 * fetched is said in English, and tried again at the next call. Never rejects.
 */
export async function spoken(): Promise<void> {
  if (language.value !== "de" || absent.size === 0) return;
  await Promise.allSettled([...absent].map((bring) => bring()));
  arrivals.value += 1;
}

// Whoever changes the language sees it change.
effect(() => {
  if (language.value === "de") void spoken();
});

/** What is wrong in the catalogues made so far: for the test that holds the languages level. */
export function catalogueFaults(): string[] {
  return catalogues.flatMap((catalogue) =>
    LANGUAGES.flatMap((one) =>
      Object.keys(catalogue.en)
        .concat(Object.keys(catalogue[one]))
        .flatMap((key) => phraseFaults(key, catalogue.en[key], catalogue[one][key]).map((fault) => `${one}: ${fault}`)),
    ),
  );
}

/**
 * For a search for what was left in English: texts, and parts of them between values, that German says in another way; and
 * texts of several words that it does not.
 */
export function leftInEnglish(): { readonly other: readonly string[]; readonly same: readonly string[] } {
  const all = catalogues.flatMap(({ en, de }) => Object.keys(en).map((key) => [partsOf(en[key]), partsOf(de[key])]));
  const german = new Set(all.flatMap(([, de]) => de!));
  const english = [...new Set(all.flatMap(([en]) => en!))].filter((text) => /\p{L}{3}/u.test(text));
  return {
    other: english.filter((text) => !german.has(text)),
    same: english.filter((text) => german.has(text) && /\p{L}{2}\s+\p{L}{2}/u.test(text)),
  };
}

/** A phrase's own words, without the values in it. */
function partsOf(phrase: Phrase | undefined): string[] {
  const texts =
    typeof phrase === "string"
      ? [phrase]
      : [...String(phrase).matchAll(/(["'`])((?:(?!\1)[^\\]|\\.)*)\1/gu)].map(([, , text]) => text!);
  return texts.flatMap((text) => text.split(/\$\{[^}]*\}|\{\w+\}|#/u)).map((text) => text.trim());
}

function phraseFaults(key: string, english: Phrase | undefined, other: Phrase | undefined): string[] {
  if (english === undefined || other === undefined) return [`"${key}" is missing in one language`];
  if (typeof english !== typeof other) return [`"${key}" is a text in one language and a function in the other`];
  if (typeof other === "string") return other.trim() === "" ? [`"${key}" is empty`] : [];
  return (english as () => string).length === other.length ? [] : [`"${key}" takes other values`];
}
