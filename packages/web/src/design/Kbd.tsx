import type { JSX } from "preact";
import style from "./Kbd.module.css";

const isApple = typeof navigator !== "undefined" && /Mac|iP(hone|ad|od)/u.test(navigator.userAgent);
const SIGNS: Readonly<Record<string, string>> = {
  mod: isApple ? "⌘" : "Ctrl",
  alt: isApple ? "⌥" : "Alt",
  shift: "⇧",
  enter: "↵",
  escape: "Esc",
  arrowup: "↑",
  arrowdown: "↓",
  delete: isApple ? "⌦" : "Del",
};

/** Keys as they are on the keyboard: `mod+k` is ⌘ K on a Mac and Ctrl K elsewhere. */
export function Kbd({ keys }: { readonly keys: string }): JSX.Element {
  return (
    <span class={style["keys"]}>
      {keys.split("+").map((key) => (
        <kbd key={key} class={style["key"]}>
          {SIGNS[key] ?? key.toUpperCase()}
        </kbd>
      ))}
    </span>
  );
}
