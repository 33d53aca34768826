import type { TimelineMessage } from "@conclave/client";
import { plainName } from "@conclave/client/pure";
import { Copy, Eraser, Forward, Link, ListChecks, Pencil, Reply, SmilePlus, Trash2 } from "lucide-preact";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { copyText } from "../../design/CopyField.js";
import { MenuPopup, type MenuItem } from "../../design/MenuPopup.js";
import { toast } from "../../design/Toast.js";
import { now } from "../../app/now.js";
import { home } from "../../model/home.js";
import { previewOf } from "../rooms/preview.js";
import { clockTime, dayHeading } from "../../words/when.js";
import { type Chat, useChat } from "./chatContext.js";
import { QUICK } from "./emoji.js";
import { EmojiPopup } from "./EmojiPopup.js";
import type { MenuPlace } from "./menuPlace.js";
import style from "./MessageMenu.module.css";
import { hasText, rawTextOf, textOf } from "./messageText.js";
import { t as common } from "../../design/words.js";
import { t } from "./words.js";

export interface MessageMenuProps {
  readonly message: TimelineMessage;
  readonly at: MenuPlace;
  /** Its bubble, which stays bright. */
  readonly lifts: HTMLElement | null;
  readonly onClose: () => void;
}

/** What can be done with a message: by a right click, a long press, the three dots, or Enter on it. */
export function MessageMenu({ message, at, lifts, onClose }: MessageMenuProps): JSX.Element {
  const chat = useChat();
  const [isPicking, pick] = useState(false);
  const canRemove = useMayRemove(message, chat);
  if (isPicking)
    return <EmojiPopup at={at} forReaction onPick={(emoji) => chat.react(message, emoji)} onClose={onClose} />;
  return (
    <MenuPopup
      label={t.actions}
      at={at}
      lifts={lifts}
      items={itemsOf(message, chat, canRemove)}
      onClose={onClose}
      head={
        <>
          <div class={style["about"]} data-about>
            <span class={style["time"]}>
              <bdi>{plainName(message.author.name)}</bdi> · {dayHeading(message.time, now.peek())},{" "}
              {clockTime(message.time)}
            </span>
            <bdi class={style["quote"]}>{previewOf(message)}</bdi>
          </div>
          {chat.canWrite && (
            <div class={style["quick"]}>
              {QUICK.map((emoji) => (
                <button
                  key={emoji}
                  class={style["emoji"]}
                  type="button"
                  role="menuitem"
                  tabIndex={-1}
                  aria-label={t.reactWith({ emoji })}
                  onClick={() => {
                    onClose();
                    chat.react(message, emoji);
                  }}
                >
                  {emoji}
                </button>
              ))}
              <button
                class={style["emoji"]}
                type="button"
                role="menuitem"
                tabIndex={-1}
                aria-label={t.moreReactions}
                onClick={() => pick(true)}
              >
                <SmilePlus size={20} aria-hidden="true" />
              </button>
            </div>
          )}
        </>
      }
    />
  );
}

function itemsOf(message: TimelineMessage, chat: Chat, canRemove: boolean): MenuItem[] {
  const { author, kind } = message;
  const { canWrite } = chat;
  const items: MenuItem[] = [];
  // What is on its way has no place that others could find, and may still be withdrawn.
  const isSent = message.n > 0;
  if (canWrite) items.push({ text: t.reply, icon: Reply, onSelect: () => chat.reply(message) });
  if (hasText(message)) {
    items.push({
      text: t.copy,
      icon: Copy,
      onSelect: () => {
        // Cleaned: what is pasted elsewhere must not turn lines there either.
        void copyText(author.isYou ? rawTextOf(message) : textOf(message)).then((isDone) =>
          toast(isDone ? common.copied : { text: common.copyFailed, tone: "danger" }),
        );
      },
    });
  }
  if (canWrite && author.isYou && kind === "text") {
    items.push({ text: t.edit, icon: Pencil, onSelect: () => chat.edit(message) });
  }
  if (isSent && (hasText(message) || kind === "file")) {
    items.push({ text: t.forward, icon: Forward, onSelect: () => chat.forward([message]) });
  }
  if (isSent) {
    items.push(
      { text: t.copyLink, icon: Link, onSelect: () => chat.copyLink(message) },
      { text: t.select, icon: ListChecks, onSelect: () => chat.selection.toggle(message) },
      "line",
      { text: t.forgetMine, icon: Eraser, onSelect: () => chat.forget(message) },
    );
  }
  if (canWrite && canRemove) {
    const text = author.isYou ? t.takeBackAll : t.removeAll;
    if (!isSent) items.push("line");
    items.push({ text, icon: Trash2, danger: true, onSelect: () => chat.takeBack(message) });
  }
  return items;
}

/** Whether the person may delete this message or remove it: by the judge of the room, and no as long as it has not answered. */
function useMayRemove({ author }: TimelineMessage, { key }: Chat): boolean {
  const [may, set] = useState(author.isYou);
  useEffect(() => {
    let isOver = false;
    void home()
      .room(key)
      .mayRemove(author.person)
      .then(
        (is) => {
          if (!isOver) set(is);
        },
        () => undefined,
      );
    return () => {
      isOver = true;
    };
  }, [key, author.person]);
  return may;
}
