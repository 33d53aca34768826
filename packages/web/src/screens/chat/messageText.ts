import type { TimelineMessage } from "@conclave/client";
import { plainText } from "@conclave/client/pure";

const decoder = new TextDecoder();
/** UTF-16 units that are ever shown of one message. */
const MOST_SHOWN = 65_536;

/** The text of a message as it reads now: cleaned of what could turn or break the lines around it. Empty when it is deleted. */
export function textOf(message: TimelineMessage): string {
  // RULE: web.message-text: nothing of a message is shown that did not go through plainText (attack A78).
  return plainText(rawTextOf(message), MOST_SHOWN);
}

/** The same as it was written: for editing and copying it again. */
export function rawTextOf({ edited, body }: TimelineMessage): string {
  return decoder.decode(edited?.body ?? body);
}
