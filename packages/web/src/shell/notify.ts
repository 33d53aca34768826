import type { TimelineMessage, TimelineProposal } from "@conclave/client";
import { decodeVia, plainName, plainText } from "@conclave/client/pure";
import type { RoomKey } from "@conclave/client/rpc";
import { equalBytes, toHex } from "@conclave/codec";
import { notices as sentences } from "@conclave/words/notices";
import { effect } from "@preact/signals";
import { type Notices, notices, noticesAllowed, noticesHaveWords, recallChoice } from "../model/notices.js";
import { words } from "../words/words.js";
import { sayProposed } from "../screens/proposals/sayProposed.js";
import { home, needed, rooms, unread } from "../model/home.js";
import { isLookedAt, startLooking } from "../model/looking.js";
import { followNotices, showSystemNotice } from "../model/systemNotice.js";

const LONGEST = 160;
/** What is older than this was waiting, and is no news: catching up stays silent. */
const NEWS_MS = 60_000;
/** How long the tab that tells of something keeps the others from doing the same: as long as it is news to a slow one. */
const TOLD_MS = NEWS_MS;
const decoder = new TextDecoder();

const t = words(sentences);

/** Tells of new messages in rooms that nobody looks at, and puts the number of unread ones on the app's icon. Called once. */
export function startNotices(): void {
  startLooking();
  followNotices();
  // What is chosen in one tab holds in all of them.
  addEventListener("storage", recallChoice);
  home().watch((event) => {
    if (event.type !== "events") return;
    for (const each of event.events) {
      if (each.type !== "item") continue;
      if (each.item.kind === "message") void notify(event.key, each.item.message);
      if (each.item.kind === "proposal") void notifyAsked(event.key, each.item.proposal);
    }
  });
  effect(() => {
    const count = unread.value + needed.value;
    // Where the page is no installed app, it has no icon.
    if (!("setAppBadge" in navigator)) return;
    (count > 0 ? navigator.setAppBadge(count) : navigator.clearAppBadge()).catch(() => undefined);
  });
  effect(() => {
    const { value: known } = rooms;
    for (const { key, status } of known.values()) {
      // A request may come first, and only then the role that lets one answer it.
      const waiting = status.asked > 0 ? `${status.requests} of ${status.asked}` : "";
      const isOther = waiting !== (knocking.get(key) ?? "");
      knocking.set(key, waiting);
      if (isOther && status.requests > 0) void notifyKnocks(key);
    }
  });
  effect(() => {
    const { value: known } = rooms;
    // What was read, or decided, needs no notification any more.
    for (const [key, notifications] of shown) {
      const status = known.get(key)?.status;
      if (status?.unread !== 0 || status.asked > 0) continue;
      for (const close of notifications) close();
      shown.delete(key);
    }
  });
}

/** What somebody says; all else is no news. */
const NOTICED: ReadonlySet<string> = new Set(["text", "file", "via"]);

/**
 * Whether a message is worth a notification.
 *
 * @param isLive All that the room has was here before the message came. Else what is old by its author's clock was waiting.
 */
export function isNews(message: TimelineMessage, choice: Notices, isLive: boolean, now: number): boolean {
  const { author, state, late, kind, time, mentionsYou, deleted } = message;
  if (choice === "off" || author.isYou || state !== "sent" || deleted || !NOTICED.has(kind)) return false;
  return mentionsYou || (choice === "all" && !late && (isLive || now - time < NEWS_MS));
}

/** What takes the notifications of a room away. */
const shown = new Map<RoomKey, (() => void)[]>();

async function notify(key: RoomKey, message: TimelineMessage): Promise<void> {
  const status = rooms.value.get(key)?.status;
  // Of a muted room one is told what names one.
  const choice = status?.isMuted && notices.value === "all" ? "mentions" : notices.value;
  if (!isNews(message, choice, status?.connection === "live", Date.now())) return;
  const via = message.kind === "via" ? decodeVia(message.body) : null;
  if (message.kind === "via" && !via) return;
  const text = message.kind === "file" ? t.file : plainText(via?.text ?? decoder.decode(message.body), LONGEST);
  await tell(key, toHex(message.id), `${plainName(via?.label ?? message.author.name)}: ${text}`);
}

/** A person who is asked is told: by their yes others can or cannot go on. */
async function notifyAsked(key: RoomKey, proposal: TimelineProposal): Promise<void> {
  const { actionHash, ending, by } = proposal;
  if (notices.value === "off" || ending !== null || by.isYou) return;
  const detail = await home()
    .home.detail(key)
    .catch(() => null);
  const open = detail?.proposals.find((each) => equalBytes(each.actionHash, actionHash));
  if (!open?.isAsked) return;
  await tell(
    key,
    toHex(actionHash),
    sayProposed(proposal, ({ name }) => plainName(name)),
  );
}

/** What waits for one's answer in a room, as it was when one was told last. */
const knocking = new Map<RoomKey, string>();
/** Those who asked, and were told of. */
const knocksTold = new Set<string>();

/** Who is asked whether somebody may come in is told: nobody else opens. */
async function notifyKnocks(key: RoomKey): Promise<void> {
  if (notices.value === "off") return;
  const requests = await home()
    .room(key)
    .requests()
    .catch(() => null);
  if (!requests?.ok) return;
  for (const { id, name, time, can } of requests.value) {
    const knock = `${key}.${id}`;
    if (can === "no" || knocksTold.has(knock) || Date.now() - time >= NEWS_MS) continue;
    knocksTold.add(knock);
    await tell(key, knock, t.knock({ name: plainName(name) }));
  }
}

async function tell(key: RoomKey, id: string, text: string): Promise<void> {
  // Asked each time: it may have been allowed in another tab.
  if (noticesAllowed.value === "unsupported" || Notification.permission !== "granted") return;
  if (await isLookedAt(key)) return;
  // Every tab hears of it: one of them tells.
  await navigator.locks.request(`conclave.told.${id}`, { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    await show(key, id, text);
    await new Promise((resolve) => setTimeout(resolve, TOLD_MS));
  });
}

async function show(key: RoomKey, id: string, text: string): Promise<void> {
  const [title, body, tag] = noticesHaveWords.value
    ? [plainName(rooms.value.get(key)?.title ?? ""), text, id]
    : ["Conclave", t.news, "news"];
  const to = { at: "room", key, panel: null, item: null } as const;
  const close = await showSystemNotice({ title, body, tag: `conclave-${tag}`, to });
  // Where nothing can be shown, the number on the icon has to do.
  if (close) shown.set(key, [...(shown.get(key) ?? []), close]);
}
