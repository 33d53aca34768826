const EMOJI = /\p{Emoji_Presentation}|\p{Extended_Pictographic}/u;
const KEYCAP_OR_TEXT = /^[\p{L}\p{N}#*©®™]/u;

/** What stands in a room's picture: the first emoji of its name, else two letters of the first words. */
export function roomSign(name: string): { readonly sign: string; readonly isEmoji: boolean } {
  const letters = [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(name)];
  const emoji = letters.find(({ segment }) => EMOJI.test(segment) && !KEYCAP_OR_TEXT.test(segment));
  if (emoji) return { sign: emoji.segment, isEmoji: true };
  const words = name.split(/\s+/u).flatMap((word) => /[\p{L}\p{N}]{1,2}/u.exec(word)?.[0] ?? []);
  const named = words.filter((word) => /^\p{L}/u.test(word));
  const [first, second] = named.length > 0 ? named : words;
  if (first === undefined) return { sign: "?", isEmoji: false };
  const sign = second === undefined ? first : `${letterOf(first)}${letterOf(second)}`;
  return { sign: sign.toLocaleUpperCase(), isEmoji: false };
}

function letterOf(word: string): string {
  return String.fromCodePoint(word.codePointAt(0)!);
}
