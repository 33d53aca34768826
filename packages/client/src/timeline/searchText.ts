// Letters that are another one with a stroke or joined, which no decomposition takes apart.
const PLAIN: Readonly<Record<string, string>> = {
  ø: "o", ł: "l", đ: "d", ħ: "h", ı: "i", ß: "ss", æ: "ae", œ: "oe", þ: "th", ð: "d", ς: "σ",
}; // prettier-ignore
const NEEDS_PLAIN = new RegExp(`[${Object.keys(PLAIN).join("")}]`, "gu");
// Scripts that are written without spaces: each letter counts as a word, and a query as a run of them.
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/gu;
const ASCII = /^[\x20-\x7e\n]*$/;
const LONGEST_QUERY = 200;
const MOST_PHRASES = 10;

/** A text as it is searched in: its words without case and accents, each after a space. */
export function searchable(text: string): string {
  const lower = ASCII.test(text) ? text.toLowerCase() : withoutAccents(text);
  return ` ${lower.replace(/[^\p{L}\p{N}]+/gu, " ").trim()}`;
}

/** What a text must have to be found: each of these, as {@link searchable} writes it. None when nothing is asked for. */
export function phrasesOf(query: string): string[] {
  const words = query.slice(0, LONGEST_QUERY).split(/\s+/u).map(searchable);
  return [...new Set(words.filter((word) => word !== " "))].slice(0, MOST_PHRASES);
}

function withoutAccents(text: string): string {
  return text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/\p{M}+/gu, "")
    .replace(NEEDS_PLAIN, (letter) => PLAIN[letter]!)
    .replace(UNSPACED, " $& ");
}
