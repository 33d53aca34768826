import { effect, signal } from "@preact/signals";
import { type Catalogue, isolated } from "@conclave/words";
import { direction, language } from "./language.js";

/** A visible text: as it is, or made of values ("3 people"). */
type Phrase = string | ((...values: never[]) => string);
type Phrases = Readonly<Record<string, Phrase>>;

/** What is here of a catalogue: English always, another language once it was fetched. */
type Kept = Partial<Record<string, Phrases>> & { en: Phrases };
/** What fetches the phrases of a language that are not here. */
const absent = new Map<string, Set<() => Promise<void>>>();
/** Goes up when a language came: what was shown in English meanwhile is then shown in it. */
const arrivals = signal(0);

/**
 * A catalogue of visible texts, in every language: a section of `@conclave/words`.
 *
 * Returns an object with the same keys, whose properties are in the language of now: read in a component, they follow the
 * `language` signal. Do not keep a phrase in a constant outside of a component: it would stay in the old language. Values that
 * are written the other way than the language are isolated: a name does not reorder the sentence that it stands in.
 *
 *     import { people } from "@conclave/words/people";
 *     export const t = words(people);
 *     <h2>{t.count({ count: 3 })}</h2>
 */
export function words<E extends Phrases>(catalogue: Catalogue<E>): E {
  const kept: Kept = { en: catalogue.en };
  for (const [name, phrases] of Object.entries(catalogue)) {
    if (typeof phrases !== "function") kept[name] = phrases;
    else fetchLater(kept, name, phrases);
  }
  const spoken = {};
  for (const key of Object.keys(catalogue.en)) {
    const get = () => {
      const phrase = (arrivals.value, (kept[language.value] ?? kept.en)[key]!);
      return typeof phrase === "string" ? phrase : (values: object) => phrase(isolating(values) as never);
    };
    Object.defineProperty(spoken, key, { enumerable: true, get });
  }
  return spoken as E;
}

/** The same values; a text is isolated when it is asked for. */
function isolating(values: object): object {
  return new Proxy(values, {
    get(all, name) {
      const value: unknown = Reflect.get(all, name);
      return typeof value === "string" ? isolated(direction.value, value) : value;
    },
  });
}

function fetchLater(kept: Kept, name: string, phrases: () => Promise<Phrases>): void {
  const waiting = absent.get(name) ?? new Set();
  absent.set(name, waiting);
  const bring = async () => {
    kept[name] = await phrases();
    waiting.delete(bring);
  };
  waiting.add(bring);
}

/**
 * Resolves when all catalogues made so far can be spoken in the language of now: before a screen is shown. What cannot be
 * fetched is said in English, and tried again at the next call. Never rejects.
 */
export async function spoken(): Promise<void> {
  const waiting = absent.get(language.value);
  if (waiting === undefined || waiting.size === 0) return;
  await Promise.allSettled([...waiting].map((bring) => bring()));
  arrivals.value += 1;
}

// Whoever changes the language sees it change.
effect(() => {
  if (language.value !== "en") void spoken();
});
