import type { RefObject } from "preact";
import { useState } from "preact/hooks";
import { continued, type Format, formatOf, formatted, type Selected } from "./formatting.js";
import { changeText } from "./textChange.js";

/** Formats in the field one writes in: by the bar, by keys, and lists that go on in the next line. */
export function useFormatting(area: RefObject<HTMLTextAreaElement | null>) {
  const [isSelecting, select] = useState(false);
  const selected = (): Selected => {
    const { value, selectionStart, selectionEnd } = area.current!;
    return { text: value, start: selectionStart, end: selectionEnd };
  };
  const format = (wanted: Format): void => changeText(area.current!, formatted(selected(), wanted));
  return {
    isSelecting,
    format,
    look() {
      const { start, end } = selected();
      select(start !== end);
    },
    /** True when the key was meant for a format. */
    onKeyDown(event: KeyboardEvent): boolean {
      const wanted = formatOf(event);
      if (wanted === null) return false;
      event.preventDefault();
      event.stopPropagation();
      format(wanted);
      return true;
    },
    /** Begins a new line as the last one began, where that is a list or a quote; false elsewhere. */
    newLine(): boolean {
      const change = continued(selected());
      if (change) changeText(area.current!, change);
      return change !== null;
    },
  };
}
