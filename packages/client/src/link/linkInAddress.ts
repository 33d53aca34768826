const ESCAPED = "(?:%(?:25)*";
/** `#/join/`, escaped or not; or the beginning of a link's own letters. */
const LINK = new RegExp(`(?:#|${ESCAPED}23))(?:/|${ESCAPED}2f))?join(?:/|${ESCAPED}2f))|v\\d{1,2}\\.[\\w-]{40}`, "iu");

/**
 * Where in an address something begins that is, or was meant to be, an invite link; null without one. It is to leave the
 * address bar, and no log may have it. It looks, and reads nothing: `readGivenLink` does.
 */
export function linkInAddress(address: string): number | null {
  return LINK.exec(address)?.index ?? null;
}
