// What a compiled sentence calls. Intl objects cost a millisecond each to make: one of each kind and language is kept.

const numbers = new Map<string, Intl.NumberFormat>();
const rules = new Map<string, Intl.PluralRules>();

/** A number as the language writes it: 1,200 or 1.200. */
export function formatNumber(language: string, value: number): string {
  return kept(numbers, language, () => new Intl.NumberFormat(language)).format(value);
}

/** The form for this count, by the plural categories of the language; `=0` stands for exactly none. */
export function plural(language: string, count: number, forms: { readonly [category: string]: string }): string {
  const rule = kept(rules, language, () => new Intl.PluralRules(language)).select(count);
  return forms[`=${count}`] ?? forms[rule] ?? forms["other"]!;
}

/** The same for forms that are texts and nothing else: `#` in them stands for the number. */
export function counted(language: string, count: number, forms: { readonly [category: string]: string }): string {
  return plural(language, count, forms).replaceAll("#", formatNumber(language, count));
}

/** The form for this word, isolated or not. */
export function select(word: string, forms: { readonly [word: string]: string }): string {
  const plain = word.replace(/^\u2068|\u2069$/gu, "");
  return Object.hasOwn(forms, plain) ? forms[plain]! : forms["other"]!;
}

function kept<T>(all: Map<string, T>, language: string, make: () => T): T {
  const found = all.get(language) ?? make();
  all.set(language, found);
  return found;
}
