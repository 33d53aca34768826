import { plainName } from "@conclave/client/pure";

/** A text without case and accents. */
export function folded(word: string): string {
  return word.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

/** Whether each word of the query begins a word of the name; case and accents do not count. */
export function hasWords(name: string, query: string): boolean {
  const words = folded(plainName(name)).split(/[^\p{L}\p{N}]+/u);
  const wanted = folded(query)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
  return wanted.every((word) => words.some((each) => each.startsWith(word)));
}
