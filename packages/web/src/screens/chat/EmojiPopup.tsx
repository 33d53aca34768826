import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
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
  useLayoutEffect(() => {
    const box = ref.current!;
    const before = document.activeElement;
    box.showPopover();
    place(box, at);
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
      <Picker
        forReaction={forReaction}
        onPick={(emoji) => {
          onClose();
          onPick(emoji);
        }}
      />
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
