import type { TimelineMessage } from "@conclave/client";
import type { RefObject } from "preact";
import { useLayoutEffect, useMemo, useState } from "preact/hooks";
import type { VirtualizerHandle } from "virtua";
import { useChat } from "./chatContext.js";
import type { MenuPlace } from "./menuPlace.js";
import type { ChatRow } from "./rows.js";

interface KeyboardParts {
  readonly rows: readonly ChatRow[];
  readonly list: RefObject<VirtualizerHandle | null>;
  readonly onMenu: (message: TimelineMessage, at: MenuPlace) => void;
  readonly toEnd: () => void;
}

/**
 * Messages by keyboard: the list is one stop for Tab; arrows go from message to message, Enter opens the menu, R answers,
 * E edits, F forwards, Space selects, Delete takes back, Shift+Delete deletes here, Escape goes back to the list.
 */
export function useKeyboard({ rows, list, onMenu, toEnd }: KeyboardParts) {
  const chat = useChat();
  const { selection } = chat;
  const [current, go] = useState<string | null>(null);
  const index = current === null ? -1 : rows.findIndex((row) => row.key === current);
  const kept = useMemo(() => (index >= 0 ? [index] : []), [index]);
  useLayoutEffect(() => {
    if (index < 0) return;
    list.current?.scrollToIndex(index, { align: "nearest" });
    focusCurrent();
    // A line that was far away is there after the list was drawn. A menu that was opened meanwhile keeps the focus.
    const frame = requestAnimationFrame(() => {
      const { activeElement } = document;
      if (activeElement === document.body || activeElement?.closest('[role="log"]')) focusCurrent();
    });
    return () => cancelAnimationFrame(frame);
  }, [current]);

  const step = (from: number, by: 1 | -1) => {
    for (let at = from + by; at >= 0 && at < rows.length; at += by) {
      if (rows[at]!.kind !== "message") continue;
      go(rows[at]!.key);
      return;
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    const isOnLine = target.getAttribute("role") === "article" || target === event.currentTarget;
    if (!isOnLine || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = rows[index];
    const message = row?.kind === "message" && row.message.deleted === null ? row.message : null;
    if (event.key === "ArrowUp") step(index < 0 ? rows.length : index, -1);
    else if (event.key === "ArrowDown") {
      if (index < 0) return;
      step(index, 1);
    } else if (event.key === "End") {
      go(null);
      toEnd();
    } else if (event.key === "Escape" && selection.isOn) selection.stop();
    else if (event.key === "Escape" && index >= 0) {
      go(null);
      (event.currentTarget as HTMLElement).focus();
    } else if (!message) return;
    else if (event.key === "Enter" || event.key === "ContextMenu") onMenu(message, target);
    else if (event.key === " " && message.n > 0) selection.toggle(message);
    else if (event.key === "f" && message.n > 0) chat.forward([message]);
    else if (event.key === "Delete" && event.shiftKey && message.n > 0) chat.forget(message);
    else if (!chat.canWrite) return;
    else if (event.key === "r") chat.reply(message);
    else if (event.key === "e" && message.author.isYou && message.kind === "text") chat.edit(message);
    else if (event.key === "Delete") chat.takeBack(message);
    else return;
    event.preventDefault();
  };
  return {
    current: index >= 0 ? current : null,
    kept,
    onKeyDown,
    /** A click on a line makes it the one that the keyboard is on. */
    onFocusIn(event: FocusEvent) {
      // On the list itself one begins at its end.
      if (event.target === event.currentTarget) go(null);
      const line = (event.target as HTMLElement).closest<HTMLElement>('[role="article"]');
      const n = line?.dataset["n"];
      if (line !== event.target || n === undefined || n === "0") return;
      const row = rows.find((each) => each.kind === "message" && String(each.n) === n);
      if (row && row.key !== current) go(row.key);
    },
  };
}

function focusCurrent(): void {
  const line = document.querySelector<HTMLElement>('[role="log"] [role="article"][tabindex="0"]');
  if (line && document.activeElement !== line) line.focus({ preventScroll: true });
}
