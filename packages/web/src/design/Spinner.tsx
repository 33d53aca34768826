import type { JSX } from "preact";
import style from "./Spinner.module.css";

export interface SpinnerProps {
  /** Pixels. */
  readonly size?: number;
  /** Said to a screen reader; leave it out where the text beside it already says what is going on. */
  readonly label?: string;
}

/** Something goes on, for a time nobody knows. */
export function Spinner({ size = 20, label }: SpinnerProps): JSX.Element {
  return (
    <span class={style["spinner"]} role={label ? "status" : undefined}>
      <svg class={style["ring"]} width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
        <circle cx="12" cy="12" r="9" fill="none" stroke="currentColor" stroke-width="2.5" opacity="0.25" />
        <path d="M21 12a9 9 0 0 0-9-9" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linecap="round" />
      </svg>
      {label && <span class="visually-hidden">{label}</span>}
    </span>
  );
}
