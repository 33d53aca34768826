import type { TimelineItem, TimelineMessage } from "@conclave/client";
import { decodeFileCard, plainName, plainText } from "@conclave/client/pure";
import type { RoomKey } from "@conclave/client/rpc";
import { toHex } from "@conclave/codec";
import { home } from "../../model/home.js";
import { hasText, textOf } from "../chat/messageText.js";

/** As what a conversation is given away: to be read, or to be read by a program. */
export type ExportForm = "text" | "json";

const PAGE = 500;
/** More of one message is never shown either. */
const MAX_TEXT = 65_536;

/** All messages of a room that are on this device, oldest first, in one file. */
export async function conversationFile(room: RoomKey, title: string, form: ExportForm): Promise<Blob> {
  const messages = await messagesOf(room);
  const parts = form === "text" ? messages.map(asText) : [asJson(title, messages)];
  return new Blob(parts, { type: form === "text" ? "text/plain" : "application/json" });
}

async function messagesOf(room: RoomKey): Promise<TimelineMessage[]> {
  const found: TimelineMessage[] = [];
  for (let after = 0; ;) {
    const page = await home().room(room).timeline({ after, limit: PAGE });
    found.push(...page.flatMap((item) => (isInLog(item) ? [item.message] : [])));
    const last = page.findLast(({ n }) => n > after);
    if (!last || page.length < PAGE) return found;
    after = last.n;
  }
}

// What waits to be sent is not a part of the conversation yet.
function isInLog(item: TimelineItem): item is Extract<TimelineItem, { kind: "message" }> {
  return item.kind === "message" && item.n > 0;
}

/** One line, and those that a text goes on with moved in: so that none can look like another person's. */
function asText(message: TimelineMessage): string {
  const { author, time } = message;
  const words = wordsOf(message).replace(/\n/gu, "\n    ");
  return `[${minuteOf(time)}] ${plainName(author.name)}: ${words}\n`;
}

function wordsOf(message: TimelineMessage): string {
  if (message.deleted) return "(deleted)";
  if (hasText(message)) return textOf(message);
  const card = fileOf(message);
  return card ? `(file: ${plainName(card.name)}) ${plainText(card.caption, MAX_TEXT)}`.trimEnd() : "(not shown)";
}

function asJson(title: string, messages: readonly TimelineMessage[]): string {
  const document = { kind: "conversation", version: 1, room: plainName(title), messages: messages.map(recordOf) };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function recordOf(message: TimelineMessage) {
  const { id, author, time, n, ref, edited, deleted, reactions } = message;
  const card = deleted ? null : fileOf(message);
  return {
    n,
    id: toHex(id),
    time: new Date(time).toISOString(),
    author: { name: author.name, person: toHex(author.person) },
    answers: ref && toHex(ref),
    text: hasText(message) && !deleted ? textOf(message) : null,
    file: card && { name: card.name, size: card.size, mediaType: card.mediaType, caption: card.caption },
    edited: edited !== null,
    deleted: deleted !== null,
    reactions: reactions.map(({ emoji, people }) => ({ emoji, by: people.map(({ name }) => name) })),
  };
}

function fileOf({ kind, body }: TimelineMessage) {
  return kind === "file" ? decodeFileCard(body) : null;
}

function minuteOf(time: number): string {
  const at = new Date(time);
  const two = (number: number) => String(number).padStart(2, "0");
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}`;
}
