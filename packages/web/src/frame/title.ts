import { effect, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { isolated } from "@conclave/words";
import { needed, unread } from "../model/home.js";
import { direction } from "../words/language.js";

/** What the open screen is called; the room's title in a room. Empty for none. */
export const pageTitle = signal("");

/** Keeps the window's title: "(3) Garden club · Conclave". */
export function startTitle(): void {
  effect(() => {
    document.title = titleOf(pageTitle.value, unread.value + needed.value);
  });
}

/** The window's title for a screen and a number of unread messages and of what waits for one's decision. */
export function titleOf(page: string, count: number): string {
  const name = page === "" ? "Conclave" : `${isolated(direction.value, page)} · Conclave`;
  return count > 0 ? `(${count > 99 ? "99+" : count}) ${name}` : name;
}

/** Names the window after the open screen, while it is there. */
export function useTitle(title: string): void {
  useEffect(() => {
    pageTitle.value = title;
    return () => {
      if (pageTitle.peek() === title) pageTitle.value = "";
    };
  }, [title]);
}
