import type { JSX } from "preact";
import { CodeWords } from "../../design/index.js";
import style from "./verify.module.css";

/** Digits in groups of five, or words, large enough to read aloud from. */
export function Code({ label, text }: { readonly label: string; readonly text: string }): JSX.Element {
  return (
    <div class={/^\d/u.test(text) ? style["digits"] : style["words"]}>
      <CodeWords label={label} words={text.split(" ")} />
    </div>
  );
}
