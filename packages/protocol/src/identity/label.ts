import { utf8Bytes } from "@conclave/codec";

/** Longest name of a person or room, in bytes of UTF-8. */
export const MAX_LABEL_BYTES = 128;

type Range = readonly [first: number, last: number];

// Code points are written out, and not asked of the engine's Unicode tables: those grow with its version, and all clients
// must judge alike. Joiners (200c, 200d) and variation selectors (fe00 to fe0f) stay: scripts and emoji need them.
const FORBIDDEN: readonly Range[] = [
  // Controls, soft hyphen.
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  // Direction marks, overrides and isolates; line separators; invisible operators.
  [0x61c, 0x61c],
  [0x200b, 0x200b],
  [0x200e, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  // Fillers that show nothing, annotation marks, byte order mark.
  [0x115f, 0x1160],
  [0x180e, 0x180e],
  [0x3164, 0x3164],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff9, 0xfffb],
  // Halves of surrogate pairs, and tags, which can carry hidden text.
  [0xd800, 0xdfff],
  [0xe0000, 0xe0fff],
];
const BLANK: readonly Range[] = [
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x2800, 0x2800],
  [0x3000, 0x3000],
];

/**
 * Whether a text may be the name of a person or a room: 1 to 128 bytes, no control, direction or invisible filler
 * characters, no blank at either end.
 *
 * RULE: label.plain: a name can neither reorder nor hide the text around it (attack A78).
 */
export function isLabel(text: string): boolean {
  // A text of n UTF-16 units has at least n bytes.
  if (text.length === 0 || text.length > MAX_LABEL_BYTES || utf8Bytes(text).length > MAX_LABEL_BYTES) return false;
  // By code points: a surrogate met alone is one without its other half.
  const points = Array.from(text, (character) => character.codePointAt(0)!);
  if (points.some((point) => isIn(FORBIDDEN, point))) return false;
  return !isIn(BLANK, points[0]!) && !isIn(BLANK, points[points.length - 1]!);
}

function isIn(ranges: readonly Range[], point: number): boolean {
  return ranges.some(([first, last]) => first <= point && point <= last);
}
