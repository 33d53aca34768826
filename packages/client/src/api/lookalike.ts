// Letters of other scripts that look like Latin ones, and digits that look like letters: the part of UTS #39 that names
// are faked with. A name is compared by its skeleton, never shown by it.
const LOOKS_LIKE: Readonly<Record<string, string>> = {
  а: "a", в: "b", с: "c", ԁ: "d", е: "e", һ: "h", і: "i", ј: "j", к: "k", ӏ: "l", м: "m", н: "h", о: "o", р: "p",
  ԛ: "q", ѕ: "s", т: "t", у: "y", ԝ: "w", х: "x", α: "a", β: "b", ε: "e", η: "n", ι: "i", κ: "k", ν: "v", ο: "o",
  ρ: "p", τ: "t", υ: "u", χ: "x", γ: "y", ı: "i", ɑ: "a", ɡ: "g", ß: "b", "0": "o", "1": "l", "|": "l", "5": "s",
}; // prettier-ignore

/** What a name looks like: equal skeletons are hard to tell apart by eye (attack A77). */
export function skeleton(name: string): string {
  const plain = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[\p{M}\p{Cf}\s._'\u2019-]/gu, "");
  return plain
    .replace(/./gsu, (letter) => LOOKS_LIKE[letter] ?? letter)
    .replaceAll("rn", "m")
    .replaceAll("vv", "w")
    .replaceAll("i", "l");
}

/** Whether two names are hard to tell apart by eye. */
export function looksAlike(one: string, other: string): boolean {
  return skeleton(one) === skeleton(other);
}
