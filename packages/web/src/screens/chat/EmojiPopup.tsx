import type { JSX, TargetedKeyboardEvent } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { lazy } from "../../frame/Lazy.js";
import style from "./EmojiPopup.module.css";
import type { MenuPlace } from "./menuPlace.js";
import { t } from "./words.js";

const Picker = lazy(() => import("./EmojiPicker.js").then((module) => module.EmojiPicker));

export interface EmojiPopupProps {
  readonly at: MenuPlace;
  /** Only what can be a reaction. */
  readonly forReaction?: boolean;
  readonly onPick: (emoji: string) => void;
  readonly onClose: () => void;
}

/** All emoji in a box at something. Escape, picking and a press beside it close it; the focus goes back. */
export function EmojiPopup({ at, forReaction = false, onPick, onClose }: EmojiPopupProps): JSX.Element {
  const ref = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const [query, ask] = useState("");
  useLayoutEffect(() => {
    const box = ref.current!;
    const before = document.activeElement;
    box.showPopover();
    place(box, at);
    field.current!.focus();
    return () => {
      const isInside = box.contains(document.activeElement) || document.activeElement === document.body;
      if (isInside && before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, [at]);
  useEffect(() => {
    const onPointerDown = (event: PointerEvent) => {
      const target = event.target as Node;
      if (!ref.current?.contains(target) && !(at instanceof HTMLElement && at.contains(target))) onClose();
    };
    document.addEventListener("pointerdown", onPointerDown, true);
    return () => document.removeEventListener("pointerdown", onPointerDown, true);
  }, [at, onClose]);
  const onFieldKey = (event: TargetedKeyboardEvent<HTMLInputElement>) => {
    const first = ref.current!.querySelector<HTMLButtonElement>(`.${style["emoji"]!}`);
    if (event.key === "Enter") first?.click();
    else if (event.key === "ArrowDown") first?.focus();
    else return;
    event.preventDefault();
  };
  return (
    <div
      ref={ref}
      class={style["box"]}
      role="dialog"
      aria-label={t.emoji}
      popover="manual"
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key !== "Escape") return;
        event.preventDefault();
        onClose();
      }}
    >
      <div class={style["picker"]}>
        {/* Here, and not in what is loaded on demand: one types at once. */}
        <input
          ref={field}
          class={style["search"]}
          type="search"
          aria-label={t.searchEmoji}
          placeholder={t.searchEmoji}
          autocomplete="off"
          spellcheck={false}
          value={query}
          onInput={(event) => ask(event.currentTarget.value)}
          onKeyDown={onFieldKey}
        />
        <Picker
          query={query}
          forReaction={forReaction}
          onPick={(emoji) => {
            onClose();
            onPick(emoji);
          }}
        />
      </div>
    </div>
  );
}

// Above what it belongs to, or below where there is no room; on a phone at the bottom, over the whole width (by CSS).
function place(box: HTMLElement, at: MenuPlace): void {
  const edge = 8;
  const { offsetWidth: width, offsetHeight: height } = box;
  const target =
    at instanceof HTMLElement ? at.getBoundingClientRect() : { left: at.x, right: at.x, top: at.y, bottom: at.y };
  const above = target.top - 4 - height;
  const top = above >= edge ? above : target.bottom + 4;
  box.style.left = `${Math.max(edge, Math.min(target.left, innerWidth - width - edge))}px`;
  box.style.top = `${Math.max(edge, Math.min(top, innerHeight - height - edge))}px`;
}
