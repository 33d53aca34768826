import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { Kbd } from "./Kbd.js";
import { classes } from "./live.js";
import style from "./Tooltip.module.css";

export interface TooltipProps {
  /** A few words. The thing itself must have a name of its own: a tooltip is never read to anybody. */
  readonly text: string;
  readonly children: ComponentChildren;
  readonly side?: "above" | "below";
  readonly keys?: string | undefined;
  /** Not now: what the button opened is there. */
  readonly off?: boolean | undefined;
}

/** A name that appears while a pointer rests on something, or the keyboard is on it. Escape hides it, and so does a click, until one comes back. */
export function Tooltip({ text, children, side = "below", keys, off }: TooltipProps): JSX.Element {
  const [hidden, hide] = useState(false);
  return (
    <span
      class={style["holder"]}
      onKeyDown={(event) => {
        if (event.key === "Escape") hide(true);
      }}
      onClick={() => hide(true)}
      onPointerLeave={() => {
        // A window in front (a choice of files) takes the pointer and the focus away for a while: that is not coming back.
        if (document.hasFocus()) hide(false);
      }}
      onFocusOut={() => {
        if (document.hasFocus()) hide(false);
      }}
    >
      {children}
      {!hidden && !off && (
        <span class={classes(style["tip"], style[side])} aria-hidden="true">
          {text}
          {keys && <Kbd keys={keys} />}
        </span>
      )}
    </span>
  );
}
