import { isReaction } from "@conclave/client/pure";
import type { JSX, TargetedKeyboardEvent } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { language } from "../../words/language.js";
import { chooseSkinTone, noteEmoji, recentEmoji, skinTone } from "./emoji.js";
import { EMOJI_GROUPS, type EmojiEntry, loadEmoji, loadedEmoji, searchEmoji, TONES, withTone } from "./emojiTable.js";
import style from "./EmojiPopup.module.css";
import { t } from "./words.js";

const MOST_FOUND = 120;

export interface EmojiPickerProps {
  /** What is searched for; empty for all. */
  readonly query: string;
  /** Only what can be a reaction: an emoji of several people is too long for one. */
  readonly forReaction: boolean;
  readonly onPick: (emoji: string) => void;
}

interface Shown {
  readonly title: string;
  readonly emoji: readonly { readonly emoji: string; readonly name: string }[];
}

/** All emoji, in groups or as they are searched for. Arrows move, Enter picks: one stop for the Tab key. */
export function EmojiPicker({ query, forReaction, onPick }: EmojiPickerProps): JSX.Element {
  const [table, have] = useState(loadedEmoji(language.value));
  const [tone, choose] = useState(skinTone);
  useEffect(() => {
    if (!table) void loadEmoji(language.value).then(have, () => undefined);
  }, []);
  const groups = useMemo(() => shown(table ?? [], query, tone, forReaction), [table, query, tone, forReaction]);
  const pick = (emoji: string) => {
    noteEmoji(emoji);
    onPick(emoji);
  };
  return (
    <>
      <div class={style["scroll"]} onKeyDown={move}>
        {table && groups.length === 0 && <p class={style["none"]}>{t.noEmoji}</p>}
        {groups.map(({ title, emoji }, at) => (
          <section key={title} class={style["group"]} aria-label={title}>
            <h3 class={style["heading"]} aria-hidden="true">
              {title}
            </h3>
            <div class={style["grid"]}>
              {emoji.map((each, index) => (
                <button
                  key={each.emoji}
                  class={style["emoji"]}
                  type="button"
                  title={each.name}
                  tabIndex={at === 0 && index === 0 ? 0 : -1}
                  onClick={() => pick(each.emoji)}
                >
                  {each.emoji}
                </button>
              ))}
            </div>
          </section>
        ))}
      </div>
      <div class={style["tones"]} role="radiogroup" aria-label={t.skinTone} onKeyDown={moveTone}>
        {TONES.map((each, at) => (
          <button
            key={each}
            class={style["tone"]}
            type="button"
            role="radio"
            aria-checked={each === tone}
            aria-label={at === 0 ? t.noTone : t.tone({ number: at })}
            tabIndex={each === tone ? 0 : -1}
            onClick={() => {
              chooseSkinTone(each);
              choose(each);
            }}
          >
            {`✋${each}`}
          </button>
        ))}
      </div>
    </>
  );
}

function shown(table: readonly EmojiEntry[], query: string, tone: string, forReaction: boolean): Shown[] {
  const isFit = (emoji: string) => !forReaction || isReaction(emoji);
  const entries = (some: readonly EmojiEntry[]) =>
    some.map((entry) => ({ emoji: withTone(entry, tone), name: entry.name })).filter(({ emoji }) => isFit(emoji));
  const groups: Shown[] =
    query.trim() === ""
      ? [
          {
            title: t.recentEmoji,
            emoji: recentEmoji()
              .filter(isFit)
              .map((emoji) => ({ emoji, name: "" })),
          },
          ...Object.keys(EMOJI_GROUPS).map((name) => ({
            title: t[name as keyof typeof EMOJI_GROUPS],
            emoji: entries(table.filter(({ group }) => group === name)),
          })),
        ]
      : [{ title: t.foundEmoji, emoji: entries(searchEmoji(table, query).slice(0, MOST_FOUND)) }];
  return groups.filter(({ emoji }) => emoji.length > 0);
}

// As in any group of radio buttons, the arrows choose.
function moveTone(event: TargetedKeyboardEvent<HTMLElement>): void {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  const all = [...event.currentTarget.querySelectorAll("button")];
  const here = all.indexOf(document.activeElement as HTMLButtonElement);
  const next = all[(here + step + all.length) % all.length]!;
  next.click();
  next.focus();
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
