import type { LucideIcon } from "lucide-preact";
import type { ComponentChildren, JSX } from "preact";
import { RingFrame } from "../../design/RingFrame.js";
import { classes } from "../../design/live.js";
import { clockTime, fullTime } from "../../words/when.js";
import style from "./SystemLine.module.css";

export interface LineProps {
  readonly kind: "decision" | "alarm" | "proposal" | "unreadable";
  readonly icon: LucideIcon;
  readonly time: number | null;
  /** What can be done about it, below it; it may turn out to be nothing. */
  readonly after?: ComponentChildren;
  readonly children: ComponentChildren;
}

/**
 * The frame of a line that nobody wrote.
 *
 * RULE: web.system-line: the class `system` is given here alone, to what the checked log or this device says; a message has
 * other elements, whatever its text is (attack A79).
 */
export function TimelineLine({ kind, icon: Shape, time, after, children }: LineProps): JSX.Element {
  return (
    <p class={classes("system", style["line"], style[kind])} data-system={kind}>
      {kind === "decision" ? (
        <span class={style["ring"]} aria-hidden="true">
          <RingFrame form="closed" size={16} />
        </span>
      ) : (
        <Shape class={style["icon"]} size={15} aria-hidden="true" />
      )}
      {children}
      {time !== null && (
        <time class={style["time"]} title={fullTime(time)}>
          {clockTime(time)}
        </time>
      )}
      {after && <span class={style["after"]}>{after}</span>}
    </p>
  );
}
