import { decodeFileCard, decodeVia } from "@conclave/protocol";

const decoder = new TextDecoder();

/** What can be read of a message, for quotes and for search: a text, also of an outside party; of a file its name and caption; else nothing. */
export function wordsOf(kind: string, body: Uint8Array): string {
  if (kind === "text") return decoder.decode(body);
  if (kind === "via") return decodeVia(body)?.text ?? "";
  const card = kind === "file" ? decodeFileCard(body) : null;
  if (!card) return "";
  return card.caption === "" ? card.name : `${card.caption} (${card.name})`;
}
