import { plainName, plainText } from "@conclave/client";

/**
 * The text as it may be printed in a terminal: line feeds stay, everything else that is not ink or a space goes.
 *
 * RULE: cli.text: what others wrote can neither move the cursor, recolour the screen, reorder a line, hide characters nor
 * pile up marks (attack A78).
 */
export function safeText(text: string): string {
  return plainText(text);
}

/** A sentence of any length on one line. */
export function safeLine(text: string): string {
  return safeText(text).replace(/\s+/gu, " ").trim();
}

/** A name, title or label: one line, no runs of spaces, at most 40 characters; never empty. */
export function safeName(name: string): string {
  return plainName(name) || "(no name)";
}
