import { Bold, Code, Italic, List, ListOrdered, SquareCode, Strikethrough, TextQuote } from "lucide-preact";
import type { JSX, TargetedKeyboardEvent } from "preact";
import { useState } from "preact/hooks";
import type { Icon } from "../../design/Button.js";
import { classes } from "../../design/live.js";
import { Tooltip } from "../../design/Tooltip.js";
import style from "./FormatBar.module.css";
import { FORMAT_KEYS, type Format } from "./formatting.js";
import { t } from "./words.js";

const BUTTONS: readonly (readonly [Format, Icon])[] = [
  ["bold", Bold],
  ["italic", Italic],
  ["strike", Strikethrough],
  ["code", Code],
  ["bullets", List],
  ["numbers", ListOrdered],
  ["quote", TextQuote],
  ["codeBlock", SquareCode],
];

export interface FormatBarProps {
  /** Something is selected: on a phone the bar is there only then. */
  readonly isSelecting: boolean;
  readonly onFormat: (format: Format) => void;
}

/** Buttons that put a format on the text. One stop for the Tab key; arrows move. */
export function FormatBar({ isSelecting, onFormat }: FormatBarProps): JSX.Element {
  const [current, go] = useState(0);
  const move = (event: TargetedKeyboardEvent<HTMLElement>) => {
    const last = BUTTONS.length - 1;
    const to = { ArrowRight: current + 1, ArrowLeft: current - 1, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = (to + BUTTONS.length) % BUTTONS.length;
    go(next);
    event.currentTarget.querySelectorAll("button")[next]!.focus();
  };
  return (
    <div
      class={classes(style["bar"], isSelecting && style["selecting"])}
      role="toolbar"
      aria-label={t.formatting}
      onKeyDown={move}
      // The field keeps the focus, and what is selected in it.
      onPointerDown={(event) => event.preventDefault()}
    >
      {BUTTONS.map(([format, Shape], index) => (
        <Tooltip key={format} text={t[format]} side="above" keys={FORMAT_KEYS[format]}>
          <button
            class={style["button"]}
            type="button"
            aria-label={t[format]}
            tabIndex={index === current ? 0 : -1}
            onFocus={() => go(index)}
            onClick={() => onFormat(format)}
          >
            <Shape size={18} aria-hidden="true" />
          </button>
        </Tooltip>
      ))}
    </div>
  );
}
