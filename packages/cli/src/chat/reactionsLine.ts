import type { Message } from "../model/timeline.js";
import { safeText } from "../terminal/safeText.js";

/** `👍 2  🎂`: the reactions to a message, with how many where there are several; empty where there are none. */
export function reactionsLine({ reactions }: Pick<Message, "reactions">): string {
  return reactions
    .map(({ emoji, by }) => (by.length === 1 ? safeText(emoji) : `${safeText(emoji)} ${by.length}`))
    .join("  ");
}
