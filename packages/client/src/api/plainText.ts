const MAX_NAME = 40;
const MAX_MARKS = 4;
const MAX_JOINED = 8;
const MAX_BLANK = 2;
/** No character that is left is made of more UTF-16 units than this, or it is cut. */
const LONGEST_CHARACTER = 32;

const LONE_SURROGATE = /\p{Surrogate}/gu;
const LINE_END = /\r\n|[\r\v\f\u0085\u2028\u2029]/gu;
// `\p{Cc}` is C0, DEL and C1. Default_Ignorable covers bidi controls, zero-width characters, soft hyphens, tags, fillers.
const CONTROL = /(?!\n)\p{Cc}/gu;
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\u061c\ufff9-\ufffb]/gu;
const EMOJI_JOINER = /(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f])\u200d(?=\p{Extended_Pictographic})/gu;
const EMOJI_STYLE = /(?<=[\p{Extended_Pictographic}0-9#*])\ufe0f/gu;
// Persian, Urdu and the scripts of India need them inside words; there they are no ink, but they shape the ink beside them.
const SHAPED =
  "[\\p{Script=Arabic}\\p{Script=Syriac}\\p{Script=Devanagari}\\p{Script=Bengali}\\p{Script=Gurmukhi}\\p{Script=Gujarati}\\p{Script=Oriya}\\p{Script=Tamil}\\p{Script=Telugu}\\p{Script=Kannada}\\p{Script=Malayalam}\\p{Script=Sinhala}]";
const SHAPING = new RegExp(`(?<=${SHAPED})[\\u200c\\u200d](?=${SHAPED})`, "gu");
const PILED_MARKS = new RegExp(`(\\p{M}{${String(MAX_MARKS)}})\\p{M}+`, "gu");
const CHAINED = new RegExp(
  `((?:\\p{Extended_Pictographic}\\p{Emoji_Modifier}?\\ufe0f?\\u200d){${String(MAX_JOINED)}})(?:\\p{Extended_Pictographic}\\p{Emoji_Modifier}?\\ufe0f?\\u200d?)+`,
  "gu",
);
const BLANK_LINES = new RegExp(`\\n(?:[^\\S\\n]*\\n){${String(MAX_BLANK + 1)},}`, "gu");

// Of the characters that are taken out below, some are kept. Meanwhile controls stand for them, all of which are gone by then.
const KEPT: readonly (readonly [RegExp, string, string])[] = [
  [EMOJI_JOINER, "\u0001", "\u200d"],
  [EMOJI_STYLE, "\u0002", "\ufe0f"],
];
const PLAIN = /^[\x20-\x7e]*$/;
const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/**
 * What a stranger wrote, as any screen may show it: letters, marks, emoji, spaces and line feeds, at most two blank lines
 * together; nothing that moves, reorders, hides or piles up. At most `max` characters as a reader counts them, the last one
 * an ellipsis where more was there. It is text, never markup; a screen still isolates its direction (`dir="auto"`, `bdi`).
 *
 * RULE: view.plain-text: controls, bidirectional overrides, invisible characters and piles of marks reach no screen
 * (attack A78).
 */
export function plainText(text: string, max = Number.POSITIVE_INFINITY): string {
  // What is cut off anyway costs nothing.
  const beginning = text.length > max * LONGEST_CHARACTER ? text.slice(0, max * LONGEST_CHARACTER) : text;
  const plain = PLAIN.test(beginning) ? beginning : withoutTricks(beginning);
  return cut(plain, beginning.length < text.length, max);
}

/** A name, title or label: one line, no runs of spaces, at most 40 characters; empty when nothing of it can be seen. */
export function plainName(name: string, max = MAX_NAME): string {
  return plainText(name.slice(0, 8 * max * LONGEST_CHARACTER).replace(/\s+/gu, " "), max).trim();
}

function withoutTricks(text: string): string {
  let plain = text
    .replace(LONE_SURROGATE, "\ufffd")
    .replace(LINE_END, "\n")
    .replaceAll("\t", "    ")
    .replace(CONTROL, "")
    .replace(SHAPING, (joiner) => (joiner === "\u200d" ? "\u0003" : "\u0004"));
  for (const [found, standIn] of KEPT) plain = plain.replace(found, standIn);
  plain = plain.replace(INVISIBLE, "");
  for (const [, standIn, character] of KEPT) plain = plain.replaceAll(standIn, character);
  return plain
    .replaceAll("\u0003", "\u200d")
    .replaceAll("\u0004", "\u200c")
    .replace(PILED_MARKS, "$1")
    .replace(CHAINED, (_, beginning: string) => beginning.slice(0, -1))
    .replace(BLANK_LINES, "\n".repeat(MAX_BLANK + 1));
}

function cut(text: string, isCut: boolean, max: number): string {
  if (text.length <= max && !isCut) return text;
  let kept = "";
  let count = 0;
  let beforeLast = "";
  for (const { segment } of segmenter.segment(text)) {
    if (count === max) return `${beforeLast}…`;
    beforeLast = kept;
    kept +=
      segment.length > LONGEST_CHARACTER
        ? Array.from(segment)
            .slice(0, LONGEST_CHARACTER / 2)
            .join("")
        : segment;
    count++;
  }
  return isCut ? `${count === max ? beforeLast : kept}…` : kept;
}
