import { utf8Bytes } from "@conclave/codec";
import { isLabel } from "../identity/label.js";

/** Longest comment of a key in the roster, in bytes: 500 keys fit into one entry. */
export const MAX_COMMENT_BYTES = 64;

/** Whether a text may stand beside a key: as a name may, but shorter, or empty. */
export function isComment(text: string): boolean {
  return text === "" || (isLabel(text) && utf8Bytes(text).length <= MAX_COMMENT_BYTES);
}

/** What of a file's comment may stand beside a key. */
export function plainComment(text: string): string {
  let plain = "";
  for (const character of text.normalize("NFC")) {
    // Blanks inside of a name are fine, at its ends they are not: they are looked at between two letters.
    const next = plain + character;
    if (utf8Bytes(next).length > MAX_COMMENT_BYTES) break;
    if (isLabel(`x${character}x`)) plain = next;
  }
  while (plain !== "" && !isLabel(plain)) {
    const characters = Array.from(plain);
    plain = (isLabel(`${plain}x`) ? characters.slice(0, -1) : characters.slice(1)).join("");
  }
  return plain;
}
