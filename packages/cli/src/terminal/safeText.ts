const MAX_NAME = 40;
const MAX_MARKS = 4;

// `\p{Cc}` is C0, DEL and C1. Default_Ignorable covers bidi controls, zero-width characters, soft hyphens, tags, fillers.
const CONTROL = /\p{Cc}/gu;
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\u061c\u2028\u2029\ufff9-\ufffb]/gu;
const JOINED_EMOJI = /(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f])\u200d(?=\p{Extended_Pictographic})/gu;
const PILED_MARKS = new RegExp(`(\\p{M}{${MAX_MARKS}})\\p{M}+`, "gu");
const LONE_SURROGATE = /\p{Surrogate}/gu;
const KEEP_JOINER = "\u0001";

/**
 * The text as it may be printed in a terminal: line feeds stay, everything else that is not ink or a space goes.
 *
 * RULE: cli.text: what others wrote can neither move the cursor, recolour the screen, reorder a line, hide characters nor
 * pile up marks (attack A78).
 */
export function safeText(text: string): string {
  return text
    .replace(LONE_SURROGATE, "\ufffd")
    .replace(/\r\n|[\r\v\f\u0085\u2028\u2029]/gu, "\n")
    .replaceAll("\t", "    ")
    .split("\n")
    .map(safeInk)
    .join("\n");
}

/** A sentence of any length on one line. */
export function safeLine(text: string): string {
  return safeText(text).replace(/\s+/gu, " ").trim();
}

/** A name, title or label: one line, no runs of spaces, at most 40 characters; never empty. */
export function safeName(name: string): string {
  const line = safeInk(name.replace(LONE_SURROGATE, "\ufffd").replace(/\s+/gu, " ")).trim();
  const characters = [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(line)];
  if (characters.length === 0) return "(no name)";
  if (characters.length <= MAX_NAME) return line;
  return `${characters
    .slice(0, MAX_NAME - 1)
    .map(({ segment }) => segment)
    .join("")}…`;
}

function safeInk(line: string): string {
  return line
    .replace(CONTROL, "")
    .replace(JOINED_EMOJI, KEEP_JOINER)
    .replace(/(\p{Extended_Pictographic})\ufe0f/gu, "$1\u0002")
    .replace(INVISIBLE, "")
    .replaceAll(KEEP_JOINER, "\u200d")
    .replaceAll("\u0002", "\ufe0f")
    .replace(PILED_MARKS, "$1");
}
