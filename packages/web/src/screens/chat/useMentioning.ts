import type { RoomMember } from "@conclave/client";
import type { RefObject } from "preact";
import { useState } from "preact/hooks";
import { type Mentioning, mentioned, mentioning } from "./completion.js";

/** People to choose from while one types after an @: arrows move, Enter and Tab choose, Escape closes. */
export function useMentioning(
  area: RefObject<HTMLTextAreaElement | null>,
  text: string,
  members: readonly RoomMember[],
  write: (text: string) => void,
) {
  const [open, show] = useState<Mentioning | null>(null);
  const [chosen, mark] = useState(0);
  const [closedAt, closeAt] = useState(-1);
  const look = () => {
    const field = area.current;
    if (!field || field.selectionStart !== field.selectionEnd) {
      show(null);
      return;
    }
    const found = mentioning(field.value, field.selectionStart, members);
    if (found?.start === closedAt) return;
    if (!found) closeAt(-1);
    if (found?.people.length !== open?.people.length) mark(0);
    show(found);
  };
  const choose = (person: RoomMember) => {
    if (!open) return;
    const next = mentioned(text, open, person);
    write(next.text);
    show(null);
    requestAnimationFrame(() => {
      area.current?.focus();
      area.current?.setSelectionRange(next.caret, next.caret);
    });
  };
  return {
    open,
    chosen,
    look,
    choose,
    close: () => show(null),
    /** True when the key was meant for the list. */
    onKeyDown(event: KeyboardEvent): boolean {
      if (!open) return false;
      const count = open.people.length;
      if (event.key === "ArrowDown") mark((chosen + 1) % count);
      else if (event.key === "ArrowUp") mark((chosen + count - 1) % count);
      else if (event.key === "Enter" || event.key === "Tab") choose(open.people[chosen]!);
      else if (event.key === "Escape") {
        closeAt(open.start);
        show(null);
      } else return false;
      event.preventDefault();
      event.stopPropagation();
      return true;
    },
  };
}
