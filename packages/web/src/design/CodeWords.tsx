import type { JSX } from "preact";
import { classes } from "./live.js";
import style from "./CodeWords.module.css";

export interface CodeWordsProps {
  /** What they are ("Fingerprint of Alice"). */
  readonly label: string;
  readonly words: readonly string[];
  /** With numbers in front, for words that are written down in order. */
  readonly numbered?: boolean;
}

/** Words or digits to compare, read aloud or write down: large, even, and in order for a screen reader. */
export function CodeWords({ label, words, numbered }: CodeWordsProps): JSX.Element {
  return (
    <ol
      class={classes(style["words"], numbered && style["numbered"])}
      role="list"
      aria-label={label}
      translate={false}
      dir="ltr"
    >
      {words.map((word, index) => (
        <li key={index} class={style["word"]}>
          {numbered && (
            <span class={style["number"]} aria-hidden="true">
              {index + 1}
            </span>
          )}
          {word}
        </li>
      ))}
    </ol>
  );
}
