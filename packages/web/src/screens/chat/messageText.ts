import type { TimelineMessage } from "@conclave/client";
import { decodeVia, markupText, parseMarkup, plainText, type ViaMessage } from "@conclave/client/pure";

const decoder = new TextDecoder();
/** UTF-16 units that are ever shown of one message. */
const MOST_SHOWN = 65_536;
/** Of a text that is cut, this many times as much is read: marks and invisible characters take room too. */
const MARKS_PER_WORD = 4;
const NOBODY = { names: [], ownName: null };

/** The text of a message as it reads now: cleaned of what could turn or break the lines around it. Empty when it is deleted. */
export function textOf(message: TimelineMessage): string {
  // RULE: web.message-text: nothing of a message is shown that did not go through plainText (attack A78).
  return plainText(rawTextOf(message), MOST_SHOWN);
}

/** The same as it was written: for editing and copying it again. Of an outside party what it said. */
export function rawTextOf(message: TimelineMessage): string {
  const { edited, body } = message;
  return viaOf(message)?.text ?? decoder.decode(edited?.body ?? body);
}

/** The outside party whose words it brings through its author's gateway, or null. */
export function viaOf({ kind, body, deleted }: TimelineMessage): ViaMessage | null {
  return kind === "via" && deleted === null ? decodeVia(body) : null;
}

/** Its words without the marks of formatting, and cleaned: for a line about it, and for who hears it. */
export function unmarkedText(text: string, max: number): string {
  return plainText(markupText(parseMarkup(text.slice(0, max * MARKS_PER_WORD), NOBODY)), max);
}

/** Whether it has words that can be shown, copied and read aloud. */
export function hasText(message: TimelineMessage): boolean {
  return message.kind === "text" || viaOf(message) !== null;
}
