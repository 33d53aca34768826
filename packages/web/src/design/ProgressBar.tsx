import type { JSX } from "preact";
import { percent } from "../words/say.js";
import { classes, readLive, type Live } from "./live.js";
import style from "./ProgressBar.module.css";

export interface ProgressProps {
  /** What is going on ("Sending photo.jpg"). */
  readonly label: string;
  /** From 0 to 1; null when nobody knows. */
  readonly value: Live<number | null>;
  /** The label is only for screen readers. */
  readonly quiet?: boolean;
}

export function ProgressBar({ label, value, quiet = false }: ProgressProps): JSX.Element {
  const share = readLive(value);
  const known = share === null ? null : Math.min(1, Math.max(0, share));
  return (
    <div class={style["progress"]}>
      {!quiet && (
        <div class={style["line"]} aria-hidden="true">
          <span class={style["label"]}>{label}</span>
          {known !== null && <span class={style["share"]}>{percent(known)}</span>}
        </div>
      )}
      <div
        class={style["track"]}
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={known === null ? undefined : Math.round(known * 100)}
      >
        <div
          class={classes(style["bar"], known === null && style["unknown"])}
          style={known === null ? {} : { inlineSize: `${known * 100}%` }}
        />
      </div>
    </div>
  );
}
