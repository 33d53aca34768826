// Letters of the scripts that are written from right to left: Hebrew to Arabic Extended-A, their presentation forms, and the
// planes of the old ones and of Adlam (Unicode 16, property Bidi_Class R and AL).
const RIGHT_TO_LEFT = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;
const LETTER = /\p{L}/u;

/**
 * A value, such as a person's name, as it stands in a sentence of this direction: one that may be written the other way is put
 * between U+2068 and U+2069, so that it cannot reorder the words around it (UAX #9, isolates). Any other stays as it is.
 */
export function isolated(direction: "ltr" | "rtl", value: string): string {
  const mayTurn = direction === "rtl" ? LETTER.test(value) : RIGHT_TO_LEFT.test(value);
  return mayTurn ? `\u2068${value}\u2069` : value;
}
