import type { RoomMember } from "@conclave/client";
import type { RefObject } from "preact";
import { useState } from "preact/hooks";
import { language } from "../../words/language.js";
import { beginsEmoji, emojiOffering, mentioning, type Suggestion, type Offering, taken } from "./completion.js";
import { noteEmoji, skinTone } from "./emoji.js";
import { loadedEmoji, loadEmoji } from "./emojiTable.js";
import { changeText } from "./textChange.js";

/**
 * People to choose from while one types after an @, emoji after a colon: arrows move, Enter and Tab choose, Escape closes.
 * An emoji's whole code becomes the emoji by itself.
 */
export function useOffers(area: RefObject<HTMLTextAreaElement | null>, members: readonly RoomMember[]) {
  const [open, show] = useState<Offering | null>(null);
  const [chosen, mark] = useState(0);
  const [closedAt, closeAt] = useState(-1);
  const take = (offering: Offering, offer: Suggestion) => {
    show(null);
    if (offer.kind === "emoji") noteEmoji(offer.emoji);
    changeText(area.current!, taken(area.current!.value, offering, offer));
  };
  const look = () => {
    const field = area.current;
    if (!field || field.selectionStart !== field.selectionEnd) {
      show(null);
      return;
    }
    const { value, selectionStart: caret } = field;
    const found = mentioning(value, caret, members) ?? emojiAt(value, caret);
    if (found?.start === closedAt) return;
    if (!found) closeAt(-1);
    if (found && "isWhole" in found && found.isWhole) {
      take(found, found.offers[0]!);
      return;
    }
    if (found?.offers.length !== open?.offers.length) mark(0);
    show(found);
  };
  const emojiAt = (text: string, caret: number) => {
    if (!beginsEmoji(text, caret)) return null;
    const table = loadedEmoji(language.value);
    // The words come when the first of them are wanted.
    if (!table) void loadEmoji(language.value).then(look, () => undefined);
    return table && emojiOffering(text, caret, table, skinTone());
  };
  return {
    open,
    chosen,
    look,
    choose: (offer: Suggestion): void => {
      if (open) take(open, offer);
    },
    close: () => show(null),
    /** True when the key was meant for the list. */
    onKeyDown(event: KeyboardEvent): boolean {
      if (!open) return false;
      const count = open.offers.length;
      if (event.key === "ArrowDown") mark((chosen + 1) % count);
      else if (event.key === "ArrowUp") mark((chosen + count - 1) % count);
      else if (event.key === "Enter" || event.key === "Tab") take(open, open.offers[chosen]!);
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
