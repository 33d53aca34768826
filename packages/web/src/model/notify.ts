import type { TimelineMessage } from "@conclave/client";
import { plainName, plainText } from "@conclave/client/pure";
import type { RoomKey } from "@conclave/client/remote";
import { toHex } from "@conclave/codec";
import { effect, signal } from "@preact/signals";
import { recall, remember } from "../app/preference.js";
import { go } from "../app/route.js";
import { words } from "../words/words.js";
import { home, rooms, unread } from "./home.js";

/** What one is told of while looking elsewhere. */
export type Notices = "off" | "mentions" | "all";

const KEY = "conclave.notices";
const LONGEST = 160;
/** What is older than this was waiting, and is no news: catching up stays silent. */
const NEWS = 60_000;
const decoder = new TextDecoder();

const t = words({
  en: { file: "A file" },
  de: { file: "Eine Datei" },
});

/** What the person chose. It has an effect only when the browser was asked too: see {@link askNotices}. */
export const notices = signal<Notices>(recall(KEY, ["off", "mentions", "all"], "all"));

/** What the browser allows; "unsupported" where it cannot. */
export const noticesAllowed = signal<NotificationPermission | "unsupported">(
  typeof Notification === "undefined" ? "unsupported" : Notification.permission,
);

export function chooseNotices(choice: Notices): void {
  notices.value = choice;
  remember(KEY, choice);
}

/** Asks the browser for leave to notify. Only from a press of a button: never by itself. */
export async function askNotices(): Promise<void> {
  if (noticesAllowed.value === "unsupported") return;
  noticesAllowed.value = await Notification.requestPermission();
}

/** Tells of new messages while nobody looks at the page, and puts the number of unread ones on the app's icon. Called once. */
export function startNotices(): void {
  home().watch((event) => {
    if (event.type !== "events") return;
    for (const each of event.events) {
      if (each.type === "item" && each.item.kind === "message") notify(event.key, each.item.message);
    }
  });
  effect(() => {
    const count = unread.value;
    // Where the page is no installed app, it has no icon.
    if (!("setAppBadge" in navigator)) return;
    (count > 0 ? navigator.setAppBadge(count) : navigator.clearAppBadge()).catch(() => undefined);
  });
}

/** Whether a message is worth a notification. */
export function isNews(message: TimelineMessage, choice: Notices, now: number): boolean {
  const { author, state, late, kind, time, mentionsYou } = message;
  if (author.isYou || state !== "sent" || late || (kind !== "text" && kind !== "file")) return false;
  return choice === "all" ? now - time < NEWS : choice === "mentions" && mentionsYou;
}

function notify(key: RoomKey, message: TimelineMessage): void {
  if (noticesAllowed.value !== "granted" || !isNews(message, notices.value, Date.now())) return;
  if (document.visibilityState === "visible" && document.hasFocus()) return;
  const name = plainName(message.author.name);
  const text = message.kind === "file" ? t.file : plainText(decoder.decode(message.body), LONGEST);
  try {
    // The tag makes the same message one notification, however many tabs tell of it.
    const shown = new Notification(plainName(rooms.value.get(key)?.title ?? ""), {
      body: `${name}: ${text}`,
      tag: `conclave-${toHex(message.id)}`,
    });
    shown.onclick = () => {
      window.focus();
      go({ at: "room", key, panel: null, item: null });
      shown.close();
    };
  } catch {
    // Some phones allow notifications from service workers alone: there the number on the icon has to do.
  }
}
