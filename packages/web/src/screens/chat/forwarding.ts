import type { TimelineMessage } from "@conclave/client";
import { decodeFileCard, MessageNonce, plainName } from "@conclave/client/pure";
import { again, type RoomKey } from "@conclave/client/rpc";
import type { Downloads } from "../../model/transfers.js";
import { Sending } from "../../model/transfers.js";
import { home } from "../../model/home.js";
import { hasText, rawTextOf, textOf, viaOf } from "./messageText.js";
import { fitsMessage } from "./composition.js";
import { t } from "./selectionWords.js";

const encoder = new TextEncoder();

/**
 * Sends messages once more, in another room, as this person's own: nobody there can check who wrote them first, so what others wrote
 * is a quote. A file is fetched, and sealed again for that room. True when all went out.
 */
export async function forward(
  messages: readonly TimelineMessage[],
  downloads: Downloads,
  to: RoomKey,
): Promise<boolean> {
  let isWhole = true;
  for (const message of messages) {
    const isDone = hasText(message) ? await forwardText(message, to) : await forwardFile(message, downloads, to);
    isWhole &&= isDone;
  }
  return isWhole;
}

/** Whether there is something of it that can be sent elsewhere. */
export function canForward(message: TimelineMessage): boolean {
  return message.deleted === null && (hasText(message) || message.kind === "file");
}

async function forwardText(message: TimelineMessage, to: RoomKey): Promise<boolean> {
  const text = forwardedText(message);
  if (!fitsMessage(text)) return false;
  const nonce = MessageNonce.of(crypto.getRandomValues(new Uint8Array(16)));
  const post = { nonce, kind: "text", ref: null, body: encoder.encode(text) };
  const sent = await again(() => home().room(to).post(post)).catch(() => null);
  return sent?.ok === true;
}

/** What is sent for it: one's own words as they are, those of others as a quote of theirs. */
function forwardedText(message: TimelineMessage): string {
  const via = viaOf(message);
  if (message.author.isYou && !via) return rawTextOf(message);
  const person = plainName(via?.label ?? message.author.name);
  const quoted = textOf(message).replace(/^/gmu, "> ");
  return `${t.wrote({ person })}\n${quoted}`;
}

async function forwardFile(message: TimelineMessage, downloads: Downloads, to: RoomKey): Promise<boolean> {
  const card = decodeFileCard(message.body);
  const bytes = card && (await downloads.of(message, card).fetch());
  if (!card || !bytes) return false;
  const { name, mediaType, picture, caption } = card;
  return new Sending(to, { name, mediaType, picture, caption, bytes }).send();
}
