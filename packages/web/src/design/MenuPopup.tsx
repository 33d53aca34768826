import { Check } from "lucide-preact";
import type { ComponentChildren, JSX, TargetedKeyboardEvent } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Icon } from "./Button.js";
import { classes } from "./live.js";
import style from "./Menu.module.css";

/** An action, or a line between groups of them. */
export type MenuItem =
  | "line"
  | {
      readonly text: string;
      readonly onSelect: () => void;
      readonly icon?: Icon;
      /** It takes something away. */
      readonly danger?: boolean;
      readonly disabled?: boolean;
      /** For a setting: whether it is on. */
      readonly checked?: boolean;
      /** A second line, or why it is disabled. */
      readonly note?: string;
    };

export interface MenuPopupProps {
  readonly label: string;
  readonly items: readonly MenuItem[];
  /** Below this element, or at this point of the window. */
  readonly at: HTMLElement | { readonly x: number; readonly y: number };
  readonly onClose: () => void;
  readonly id?: string;
  /** Above the items: a row of buttons that are `menuitem`s too. */
  readonly head?: ComponentChildren;
  /** What it is about: stays bright, while the rest of the page is dimmed. */
  readonly lifts?: HTMLElement | null;
}

/**
 * The open list of a menu. Arrows, Home, End and first letters move in it; Escape and Tab close it, and so does what scrolls
 * away what it belongs to; the focus returns.
 */
export function MenuPopup({ label, items, at, onClose, id, head, lifts = null }: MenuPopupProps): JSX.Element {
  const ref = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    const menu = ref.current!;
    const before = document.activeElement;
    menu.showPopover();
    lift(menu, lifts);
    place(menu, at);
    entries(menu)[0]?.focus();
    return () => {
      const isLost = document.activeElement === null || document.activeElement === document.body;
      const isInside = menu.contains(document.activeElement);
      if ((isLost || isInside) && before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, [at]);

  // An item more, and it has to fit into the window again.
  useLayoutEffect(() => place(ref.current!, at), [items.length]);

  useEffect(() => {
    const onPointerDown = (event: PointerEvent) => {
      const target = event.target as Node;
      if (ref.current?.contains(target) || (at instanceof HTMLElement && at.contains(target))) return;
      onClose();
    };
    document.addEventListener("pointerdown", onPointerDown, true);
    const onWheel = (event: WheelEvent) => {
      if (!ref.current?.contains(event.target as Node)) onClose();
    };
    document.addEventListener("wheel", onWheel, { capture: true, passive: true });
    // On a phone the keyboard goes away when the menu takes the focus: that must not close it.
    const onResize = () => {
      if (!ref.current) return;
      lift(ref.current, lifts);
      place(ref.current, at);
    };
    window.addEventListener("resize", onResize);
    return () => {
      document.removeEventListener("pointerdown", onPointerDown, true);
      document.removeEventListener("wheel", onWheel, true);
      window.removeEventListener("resize", onResize);
    };
  }, [at, onClose]);

  return (
    <div
      ref={ref}
      id={id}
      class={classes(style["menu"], lifts && style["dims"])}
      role="menu"
      aria-label={label}
      popover="manual"
      onKeyDown={(event) => {
        if (event.key === "Tab" || event.key === "Escape") {
          event.preventDefault();
          event.stopPropagation();
          onClose();
        } else move(event);
      }}
    >
      {head}
      {items.map((item, index) =>
        item === "line" ? (
          <hr key={index} class={style["line"]} />
        ) : (
          <button
            key={index}
            class={classes(style["item"], item.danger && style["danger"])}
            type="button"
            role={item.checked === undefined ? "menuitem" : "menuitemcheckbox"}
            aria-checked={item.checked}
            aria-disabled={item.disabled || undefined}
            tabIndex={-1}
            onClick={() => {
              if (item.disabled) return;
              onClose();
              item.onSelect();
            }}
          >
            {item.icon && <item.icon size={18} aria-hidden="true" />}
            <span class={style["words"]}>
              {item.text}
              {item.note && <span class={style["note"]}>{item.note}</span>}
            </span>
            {item.checked && <Check size={18} aria-hidden="true" />}
          </button>
        ),
      )}
    </div>
  );
}

const HOLE_RADIUS_PX = 18;

/** Cuts a hole for what stays bright out of the scrim over the page: it is seen where it is, as it is. */
function lift(menu: HTMLElement, lifted: HTMLElement | null): void {
  if (!lifted) return;
  const { left, right, top, bottom } = seenPart(lifted);
  if (right <= left || bottom <= top) return;
  const r = Math.min(HOLE_RADIUS_PX, (right - left) / 2, (bottom - top) / 2);
  const arc = (x: number, y: number) => `a${r} ${r} 0 0 1 ${x * r} ${y * r}`;
  const hole = `M${left + r} ${top}H${right - r}${arc(1, 1)}V${bottom - r}${arc(-1, 1)}H${left + r}${arc(-1, -1)}V${top + r}${arc(1, -1)}Z`;
  menu.style.setProperty("--hole", `path(evenodd, "M0 0H${innerWidth}V${innerHeight}H0Z${hole}")`);
}

/** The part of an element that is not scrolled away. */
function seenPart(element: HTMLElement): { left: number; right: number; top: number; bottom: number } {
  const box = element.getBoundingClientRect();
  const frame = element.closest('[role="log"]')?.getBoundingClientRect();
  if (!frame) return box;
  return {
    left: Math.max(box.left, frame.left),
    right: Math.min(box.right, frame.right),
    top: Math.max(box.top, frame.top),
    bottom: Math.min(box.bottom, frame.bottom),
  };
}

function entries(menu: HTMLElement): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>("[role^=menuitem]")];
}

function move(event: TargetedKeyboardEvent<HTMLElement>): void {
  const all = entries(event.currentTarget);
  const here = all.indexOf(document.activeElement as HTMLElement);
  let next: HTMLElement | undefined;
  if (event.key === "ArrowDown") next = all[(here + 1) % all.length];
  else if (event.key === "ArrowUp") next = all.at(here <= 0 ? -1 : here - 1);
  else if (event.key === "Home") next = all[0];
  else if (event.key === "End") next = all.at(-1);
  else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey) {
    const letter = event.key.toLocaleLowerCase();
    next = [...all.slice(here + 1), ...all].find((each) => each.textContent.toLocaleLowerCase().startsWith(letter));
  }
  if (!next) return;
  event.preventDefault();
  event.stopPropagation();
  next.focus();
}

// Inside the window, below what it belongs to, or above where there is no room below.
function place(menu: HTMLElement, at: MenuPopupProps["at"]): void {
  const edge = 8;
  const { offsetWidth: width, offsetHeight: height } = menu;
  const box =
    at instanceof HTMLElement ? at.getBoundingClientRect() : { left: at.x, right: at.x, top: at.y, bottom: at.y };
  const isRtl = getComputedStyle(menu).direction === "rtl";
  const isAtEnd = box.left + width > innerWidth - edge;
  const left = isRtl || isAtEnd ? box.right - width : box.left;
  const isBelow = box.bottom + 4 + height <= innerHeight - edge;
  const top = isBelow ? box.bottom + 4 : box.top - 4 - height;
  menu.style.left = `${Math.max(edge, Math.min(left, innerWidth - width - edge))}px`;
  menu.style.top = `${Math.max(edge, Math.min(top, innerHeight - height - edge))}px`;
}
