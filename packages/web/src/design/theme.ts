import { signal } from "@preact/signals";
import { recall, remember } from "../app/preference.js";

/** Light, dark, or as the system says. */
export type Theme = "light" | "dark" | "system";

const KEY = "conclave.theme";

/** What the person chose. Kept in this browser. */
export const theme = signal<Theme>(recall(KEY, ["light", "dark", "system"], "system"));

/** Shows the kept theme; called once, before the first render. */
export function startTheme(): void {
  document.documentElement.dataset["theme"] = theme.value;
}

/** Sets, shows and keeps the choice. */
export function chooseTheme(choice: Theme): void {
  theme.value = choice;
  document.documentElement.dataset["theme"] = choice;
  remember(KEY, choice);
}
