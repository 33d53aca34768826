import { decodeFileCard, decodeVia } from "@conclave/protocol";

const decoder = new TextDecoder();

/** What can be read in a message, for quotes and for search: a text, also of an outside party; the name and caption of a file. */
export function wordsOf(kind: string, body: Uint8Array): string {
  if (kind === "text") return decoder.decode(body);
  if (kind === "via") return decodeVia(body)?.text ?? "";
  const card = kind === "file" ? decodeFileCard(body) : null;
  if (!card) return "";
  return card.caption === "" ? card.name : `${card.caption} (${card.name})`;
}
