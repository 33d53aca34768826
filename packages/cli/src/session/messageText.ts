import {
  decodeFileCard,
  decodeGatewayNotice,
  decodeVia,
  type FileCard,
  type GatewayParty,
  type QuotedMessage,
  type TimelineMessage,
  type ViaMessage,
} from "@conclave/client";
import { equalBytes } from "@conclave/codec";
import { fileSize } from "../terminal/fileSize.js";
import { safeName } from "../terminal/safeText.js";

const decoder = new TextDecoder();

/** A message as it reads now; empty if it was deleted. */
export function messageText(message: TimelineMessage): string {
  const { kind, body, edited, deleted, author } = message;
  if (kind === "text" || deleted !== null) return decoder.decode(edited?.body ?? body);
  const via = viaOf(message);
  if (via) return via.text;
  const card = fileOf(message);
  if (card) return fileText(card);
  const parties = kind === "gateway" ? decodeGatewayNotice(body) : null;
  return parties ? gatewayText(author.name, parties) : `(${kind}: this program cannot show it)`;
}

/** The file that a message brings, or null. */
export function fileOf({ kind, body, deleted }: TimelineMessage): FileCard | null {
  return kind === "file" && deleted === null ? decodeFileCard(body) : null;
}

/** What an outside party says with a message, through its author's gateway; or null. */
export function viaOf({ kind, body, deleted }: TimelineMessage): ViaMessage | null {
  return kind === "via" && deleted === null ? decodeVia(body) : null;
}

/** What there is to say about a message besides its text, or null. */
export function messageNote({ author, edited, deleted, late, authorGone }: TimelineMessage): string | null {
  const byAuthor = deleted !== null && equalBytes(deleted.by.person, author.person);
  const notes = [
    ...(deleted ? [byAuthor ? "deleted" : `deleted by ${deleted.by.name}`] : edited ? ["edited"] : []),
    ...(late ? ["late: written before the room changed"] : []),
    ...(authorGone ? ["its author was no longer in the room"] : []),
  ];
  return notes.length === 0 ? null : notes.join("; ");
}

/** The beginning of a message that another one answers. */
export function quoteText({ deleted, text }: QuotedMessage): string {
  return deleted ? "(deleted)" : text;
}

/** Who writes here through a member's gateway, and who reads. */
function gatewayText(name: string, parties: readonly GatewayParty[]): string {
  const labels = (hears: boolean) => parties.filter((each) => each.hears === hears).map(({ label }) => safeName(label));
  const [hearing, writing] = [labels(true), labels(false)];
  const who = `${safeName(name)}'s gateway`;
  if (parties.length === 0) return `(${who} no longer lets anybody write here)`;
  const lets = [
    ...(writing.length === 0 ? [] : [`${writing.join(", ")} write here`]),
    ...(hearing.length === 0 ? [] : [`${hearing.join(", ")} write and read here`]),
  ];
  return `(${who} lets ${lets.join(", and ")})`;
}

function fileText({ name, size, caption }: FileCard): string {
  return `[file] ${safeName(name)} (${fileSize(size)})${caption === "" ? "" : `\n${caption}`}`;
}
