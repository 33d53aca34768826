import type { JSX, TargetedKeyboardEvent } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { GROUPS, noteEmoji, recentEmoji } from "./emoji.js";
import style from "./EmojiPopup.module.css";
import { t } from "./words.js";

/** All emoji. Arrows move, Enter picks: one stop for the Tab key. */
export function EmojiPicker({ onPick }: { readonly onPick: (emoji: string) => void }): JSX.Element {
  const ref = useRef<HTMLDivElement>(null);
  const groups = useMemo(() => {
    const recent = recentEmoji();
    const all = Object.entries(GROUPS).map(([name, group]) => ({
      name: name as keyof typeof GROUPS,
      emoji: group.split(" "),
    }));
    return recent.length > 0 ? [{ name: "recentEmoji" as const, emoji: recent }, ...all] : all;
  }, []);
  useEffect(() => {
    const buttons = ref.current!.querySelectorAll("button");
    const first = buttons[0];
    if (!first) return;
    first.tabIndex = 0;
    first.focus();
  }, []);
  const pick = (emoji: string) => {
    noteEmoji(emoji);
    onPick(emoji);
  };
  return (
    <div ref={ref} class={style["scroll"]} onKeyDown={move}>
      {groups.map(({ name, emoji }) => (
        <section key={name} class={style["group"]} aria-label={t[name]}>
          <h3 class={style["heading"]} aria-hidden="true">
            {t[name]}
          </h3>
          <div class={style["grid"]}>
            {emoji.map((each) => (
              <button key={each} class={style["emoji"]} type="button" tabIndex={-1} onClick={() => pick(each)}>
                {each}
              </button>
            ))}
          </div>
        </section>
      ))}
    </div>
  );
}

function move(event: TargetedKeyboardEvent<HTMLElement>): void {
  const all = [...event.currentTarget.querySelectorAll("button")];
  const here = all.indexOf(document.activeElement as HTMLButtonElement);
  if (here < 0) return;
  const next = target(all, here, event.key);
  if (!next) return;
  event.preventDefault();
  all[here]!.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}

function target(all: readonly HTMLButtonElement[], here: number, key: string): HTMLButtonElement | undefined {
  if (key === "ArrowRight") return all[here + 1];
  if (key === "ArrowLeft") return all[here - 1];
  if (key === "Home") return all[0];
  if (key === "End") return all.at(-1);
  if (key !== "ArrowDown" && key !== "ArrowUp") return undefined;
  // The one that is nearest in the next line, by where they are on the screen.
  const from = all[here]!.getBoundingClientRect();
  const isDown = key === "ArrowDown";
  const beyond = (isDown ? all.slice(here + 1) : all.slice(0, here).reverse()).filter((each) => {
    const { top } = each.getBoundingClientRect();
    return isDown ? top > from.top + 4 : top < from.top - 4;
  });
  const line = beyond[0]?.getBoundingClientRect().top;
  return beyond
    .filter((each) => Math.abs(each.getBoundingClientRect().top - line!) < 4)
    .sort((a, b) => Math.abs(a.offsetLeft - all[here]!.offsetLeft) - Math.abs(b.offsetLeft - all[here]!.offsetLeft))[0];
}
