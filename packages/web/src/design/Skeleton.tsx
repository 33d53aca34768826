import type { JSX } from "preact";
import { t } from "./words.js";
import style from "./Skeleton.module.css";

export interface SkeletonProps {
  /** How many lines of text to hint at. */
  readonly lines?: number;
  /** How many rows with a round picture (people, rooms). */
  readonly rows?: number;
}

/** The shape of what is being loaded. Show it only after a moment: what comes at once needs none. */
export function Skeleton({ lines = 0, rows = 0 }: SkeletonProps): JSX.Element {
  return (
    <div class={style["skeleton"]} role="status">
      <span class="visually-hidden">{t.loading}</span>
      {Array.from({ length: rows }, (_, index) => (
        <div key={`row${index}`} class={style["row"]}>
          <span class={style["round"]} />
          <span class={style["pair"]}>
            <span class={style["bar"]} style={{ inlineSize: `${52 - ((index * 13) % 24)}%` }} />
            <span class={style["bar"]} style={{ inlineSize: `${84 - ((index * 17) % 30)}%` }} />
          </span>
        </div>
      ))}
      {Array.from({ length: lines }, (_, index) => (
        <span
          key={index}
          class={style["bar"]}
          style={{ inlineSize: `${index === lines - 1 ? 58 : 96 - ((index * 11) % 14)}%` }}
        />
      ))}
    </div>
  );
}
