import type { TimelineMessage } from "@conclave/client";
import { decodeFileCard, decodeVia, plainText } from "@conclave/client/pure";
import { t } from "./words.js";

const MOST = 160;
const decoder = new TextDecoder();

/** One line of a message for the list: cleaned, on one line, short. */
export function previewOf({ kind, body, edited, deleted }: TimelineMessage): string {
  if (deleted) return t.tookBack;
  if (kind === "text") return oneLine(decoder.decode(edited?.body ?? body));
  const via = kind === "via" ? decodeVia(body) : null;
  if (via) return oneLine(`${via.label}: ${via.text}`);
  if (kind !== "file") return t.something;
  const card = decodeFileCard(body);
  return card ? oneLine(card.caption || card.name) || t.file : t.file;
}

/** A text cleaned, on one line, short. */
export function oneLine(text: string): string {
  // The beginning is enough; cleaning all of a long text would be work for nothing.
  return plainText(text.slice(0, MOST * 4), MOST)
    .replace(/\s+/gu, " ")
    .trim();
}
