import { LANGUAGES, language, type Language } from "./language.js";

/** A visible text: as it is, or made of values ("3 people"). */
type Phrase = string | ((...values: never[]) => string);
type Phrases = Readonly<Record<string, Phrase>>;
/** The other language's phrases: the same keys, and functions of the same values. */
type SameAs<E extends Phrases> = { readonly [K in keyof E]: E[K] extends string ? string : E[K] };

const catalogues: Readonly<Record<Language, Phrases>>[] = [];

/**
 * A catalogue of visible texts, in every language. Each screen has one, in its `words.ts`.
 *
 * Returns an object with the same keys, whose properties are in the language of now: read in a component, they follow the
 * `language` signal. Do not keep a phrase in a constant outside of a component: it would stay in the old language.
 *
 *     export const t = words({ en: { people: (n: number) => plural(n, { one: "# person", other: "# people" }) }, de: { … } });
 *     <h2>{t.people(3)}</h2>
 */
export function words<const E extends Phrases>(catalogue: { readonly en: E; readonly de: SameAs<E> }): SameAs<E> {
  catalogues.push(catalogue);
  const spoken = {};
  for (const key of Object.keys(catalogue.en)) {
    Object.defineProperty(spoken, key, { enumerable: true, get: () => (catalogue[language.value] as Phrases)[key] });
  }
  return spoken as SameAs<E>;
}

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

function phraseFaults(key: string, english: Phrase | undefined, other: Phrase | undefined): string[] {
  if (english === undefined || other === undefined) return [`"${key}" is missing in one language`];
  if (typeof english !== typeof other) return [`"${key}" is a text in one language and a function in the other`];
  if (typeof other === "string") return other.trim() === "" ? [`"${key}" is empty`] : [];
  return (english as () => string).length === other.length ? [] : [`"${key}" takes other values`];
}
