import { signal } from "@preact/signals";
import { recall, remember } from "../app/preference.js";

/** How close the lines of lists and conversations stand: compact has no bubbles. */
export type Density = "comfortable" | "compact";

const KEY = "conclave.density";

/** What the person chose. Kept in this browser: it tells nothing of rooms or people. */
export const density = signal<Density>(recall(KEY, ["comfortable", "compact"], "comfortable"));

/** Shows the kept choice; called once, before the first render. */
export function startDensity(): void {
  document.documentElement.dataset["density"] = density.value;
}

/** Sets, shows and keeps the choice. */
export function chooseDensity(choice: Density): void {
  density.value = choice;
  document.documentElement.dataset["density"] = choice;
  remember(KEY, choice);
}
