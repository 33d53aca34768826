import { isLabel, MAX_LABEL_BYTES } from "@conclave/client/pure";
import { t } from "./words.js";

/** A name as it is sent: without blanks at the ends. */
export function tidy(name: string): string {
  return name.normalize("NFC").replace(/\s+/gu, " ").trim();
}

/** What is wrong with a name of a person or a room, in a sentence; null when nothing is. */
export function nameFault(name: string, empty: string): string | null {
  const tidied = tidy(name);
  if (tidied === "") return empty;
  if (new TextEncoder().encode(tidied).length > MAX_LABEL_BYTES) return t.tooLong;
  return isLabel(tidied) ? null : t.badLetters;
}
