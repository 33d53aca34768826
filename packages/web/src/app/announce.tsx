import { signal } from "@preact/signals";
import type { JSX } from "preact";

const polite = signal("");
const urgent = signal("");

// Long enough to be noticed; then nobody finds it by reading on, not even a message that was taken back since.
const STAYS_MS = 5_000;
const ending = new Map<typeof polite, ReturnType<typeof setTimeout>>();

/** Says something to a screen reader: when there is a pause, or (`isUrgent`) at once. Sighted people must see it too. */
export function announce(text: string, isUrgent = false): void {
  const region = isUrgent ? urgent : polite;
  // The same text twice is said twice only when the region changes.
  region.value = region.value === text ? `${text}\u00a0` : text;
  clearTimeout(ending.get(region));
  ending.set(
    region,
    setTimeout(() => (region.value = ""), STAYS_MS),
  );
}

/** What screen readers listen to: once, outside of everything that comes and goes. */
export function LiveRegions(): JSX.Element {
  return (
    <>
      <div class="visually-hidden" aria-live="polite">
        {polite}
      </div>
      <div class="visually-hidden" aria-live="assertive">
        {urgent}
      </div>
    </>
  );
}
