import { signal } from "@preact/signals";
import { recall, remember } from "../app/preference.js";

/** What one is told of while looking elsewhere. */
export type Notices = "off" | "mentions" | "all";

const KEY = "conclave.notices";
const WORDS_KEY = "conclave.notices.words";

/** What the person chose. It has an effect only when the browser was asked too: see {@link askNotices}. */
export const notices = signal<Notices>("all");

/** Whether a notification says who wrote what, and where: the system may keep it, and show it while locked. */
export const noticesHaveWords = signal(true);
recallChoice();

/** What the browser allows; "unsupported" where it cannot. */
export const noticesAllowed = signal<NotificationPermission | "unsupported">(
  typeof Notification === "undefined" ? "unsupported" : Notification.permission,
);

export function chooseNotices(choice: Notices): void {
  notices.value = choice;
  remember(KEY, choice);
}

export function letNoticesHaveWords(isWanted: boolean): void {
  noticesHaveWords.value = isWanted;
  remember(WORDS_KEY, isWanted ? "yes" : "no");
}

/** Reads again what was chosen: another tab may have chosen otherwise. */
export function recallChoice(): void {
  notices.value = recall(KEY, ["off", "mentions", "all"], "all");
  noticesHaveWords.value = recall(WORDS_KEY, ["yes", "no"], "yes") === "yes";
}

/** Asks the browser for leave to notify. Only from a press of a button: never by itself. */
export async function askNotices(): Promise<void> {
  if (noticesAllowed.value === "unsupported") return;
  noticesAllowed.value = await Notification.requestPermission();
}
