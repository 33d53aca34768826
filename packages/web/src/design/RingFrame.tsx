import type { ComponentChildren, JSX } from "preact";
import { classes } from "./live.js";
import style from "./RingFrame.module.css";

/** A part of a ring: agreed, waits for you, still to come. */
export type RingPart = "yes" | "you" | "rest";

/** How a ring is drawn: each form is another, not only another colour. */
export type RingForm = "closed" | "gap" | "turning" | "dots" | "alarm" | readonly RingPart[];

export interface RingFrameProps {
  readonly form: RingForm;
  /** Pixels, with the ring. */
  readonly size?: number;
  /** What it says, for assistive technology; nothing where all is well or the words stand beside it. */
  readonly label?: string;
  /** The picture inside, `ringInside(size)` wide. */
  readonly children?: ComponentChildren;
}

const WIDTH = 2.5;
const ALARM_WIDTH = 3;
const DOTS = 26;
/** What of a part is left open (px). */
const GAP = 4.5;

/** How wide the picture in a ring is (px): the ring is 2.5 px wide, and 2.5 px away. */
export function ringInside(size: number): number {
  return size - 4 * WIDTH;
}

/** A ring round a picture. */
export function RingFrame({ form, size = 52, label, children }: RingFrameProps): JSX.Element {
  const width = form === "alarm" ? ALARM_WIDTH : WIDTH;
  const radius = (size - width) / 2;
  const parts = typeof form === "string" ? [form] : form;
  return (
    <span
      class={style["ring"]}
      style={{ inlineSize: `${size}px`, blockSize: `${size}px` }}
      data-ring={typeof form === "string" ? form : form.join(" ")}
    >
      <svg width={size} height={size} viewBox={`0 0 ${size} ${size}`} aria-hidden="true">
        {parts.map((part, at) => (
          <circle
            key={at}
            class={classes(style["part"], style[part])}
            cx={size / 2}
            cy={size / 2}
            r={radius}
            fill="none"
            stroke-width={width}
            {...dashes(form, at, parts.length, 2 * Math.PI * radius)}
          />
        ))}
      </svg>
      {children}
      {form === "alarm" && (
        <span class={style["mark"]} aria-hidden="true">
          !
        </span>
      )}
      {label !== undefined && label !== "" && <span class="visually-hidden">{label}</span>}
    </span>
  );
}

// The lines begin at the top, and end round.
function dashes(form: RingForm, at: number, count: number, round: number) {
  if (form === "closed" || form === "alarm") return {};
  if (form === "dots") return { "stroke-dasharray": `0 ${round / DOTS}` };
  const share = round / count;
  const length = Math.max(0, share - GAP);
  return { "stroke-dasharray": `${length} ${round - length}`, "stroke-dashoffset": -(at * share + GAP / 2) };
}
