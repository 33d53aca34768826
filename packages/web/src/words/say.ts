import { isolated } from "@conclave/words";
import { direction, language } from "./language.js";

// Numbers, lists and plurals as the language of now writes them. All follow the `language` signal.

const made = new Map<string, unknown>();

/** The tag for numbers and dates: the English of these texts is British. */
const tagOf = (tag: string) => (tag === "en" ? "en-GB" : tag);

/** Intl objects cost a millisecond each to make: one of each kind and language is kept. */
export function intl<T>(kind: string, make: (language: string) => T): T {
  const key = `${language.value} ${kind}`;
  let kept = made.get(key);
  if (kept === undefined) made.set(key, (kept = make(tagOf(language.value))));
  return kept as T;
}

/** A whole or broken number: 1,200 or 1.200. */
export function number(value: number): string {
  return intl("number", (tag) => new Intl.NumberFormat(tag, { maximumFractionDigits: 1 })).format(value);
}

/** "Alice, Bob and Carol", or with `or`. Each is isolated where it is written the other way. */
export function listOf(items: readonly string[], join: "and" | "or" = "and"): string {
  const type = join === "and" ? "conjunction" : "disjunction";
  return intl(`list ${type}`, (tag) => new Intl.ListFormat(tag, { type })).format(
    items.map((each) => isolated(direction.value, each)),
  );
}

/** A size in bytes: "840 B", "1.2 MB" (powers of 1000, as operating systems show files). */
export function fileSize(bytes: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
  let at = 0;
  let value = bytes;
  while (value >= 1000 && at < units.length - 1) {
    value /= 1000;
    at += 1;
  }
  const unit = units[at]!;
  return intl(
    `size ${unit}`,
    (tag) =>
      new Intl.NumberFormat(tag, {
        style: "unit",
        unit,
        unitDisplay: at ? "short" : "narrow",
        maximumFractionDigits: at ? 1 : 0,
      }),
  ).format(value);
}

/** A share from 0 to 1 as "42%". */
export function percent(share: number): string {
  return intl("percent", (tag) => new Intl.NumberFormat(tag, { style: "percent" })).format(share);
}
