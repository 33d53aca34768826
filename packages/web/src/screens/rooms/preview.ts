import type { TimelineMessage } from "@conclave/client";
import { decodeFileCard, decodeVia, markupText, parseMarkup, plainText } from "@conclave/client/pure";
import { t } from "./words.js";

const MOST = 160;
const decoder = new TextDecoder();

const NOBODY = { names: [], ownName: null };

/** One line of a message for the list: without the marks of formatting, cleaned, on one line, short. */
export function previewOf({ kind, body, edited, deleted }: TimelineMessage): string {
  if (deleted) return t.tookBack;
  if (kind === "text") return unmarkedLine(decoder.decode(edited?.body ?? body));
  const via = kind === "via" ? decodeVia(body) : null;
  if (via) return oneLine(`${via.label}: ${unmarkedLine(via.text)}`);
  if (kind !== "file") return t.something;
  const card = decodeFileCard(body);
  return card ? unmarkedLine(card.caption) || oneLine(card.name) || t.file : t.file;
}

/** A text cleaned, on one line, short. */
export function oneLine(text: string): string {
  // The beginning is enough; cleaning all of a long text would be work for nothing.
  return plainText(text.slice(0, MOST * 4), MOST)
    .replace(/\s+/gu, " ")
    .trim();
}

/** The same without the marks of formatting: what is shown has none either. */
function unmarkedLine(text: string): string {
  return oneLine(markupText(parseMarkup(text.slice(0, MOST * 4), NOBODY)));
}
