import type { TimelineMessage } from "@conclave/client";
import { safeText } from "../terminal/safeText.js";

/** `👍 2  🎂`: the reactions to a message, with their number if there are several; empty if there are none. */
export function reactionsLine({ reactions }: Pick<TimelineMessage, "reactions">): string {
  return reactions
    .map(({ emoji, people }) => (people.length === 1 ? safeText(emoji) : `${safeText(emoji)} ${people.length}`))
    .join("  ");
}
