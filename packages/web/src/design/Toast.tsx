import { signal } from "@preact/signals";
import { CircleCheck, OctagonAlert, X } from "lucide-preact";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { IconButton } from "./IconButton.js";
import { classes } from "./live.js";
import style from "./Toast.module.css";
import { t } from "./words.js";

export interface ToastOptions {
  /** One short sentence. */
  readonly text: string;
  /** A danger stays until it is dismissed. */
  readonly tone?: "plain" | "success" | "danger";
  /** One thing to do about it ("Undo"). */
  readonly action?: { readonly text: string; readonly run: () => void };
}

interface Shown extends ToastOptions {
  readonly id: number;
}

const shown = signal<Shown | null>(null);
let count = 0;

/** Says something small above the message field, for some seconds: one thing at a time. Nothing that a person must not miss. */
export function toast(options: ToastOptions | string): void {
  const made = typeof options === "string" ? { text: options } : options;
  count += 1;
  shown.value = { ...made, id: count };
}

function dismiss(id: number): void {
  if (shown.value?.id === id) shown.value = null;
}

/** Where toasts appear: once, in the frame. */
export function Toasts(): JSX.Element {
  const { value } = shown;
  const place = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    // What one writes is never covered, however high the field has grown.
    const field = document.querySelector("[data-composer]")?.getBoundingClientRect();
    place.current?.style.setProperty("--under", field ? `${innerHeight - field.top}px` : "");
  }, [value]);
  return (
    <section
      ref={place}
      class={style["toasts"]}
      aria-label={t.notifications}
      aria-live="polite"
      aria-relevant="additions"
    >
      {value && <Toast key={value.id} {...value} />}
    </section>
  );
}

function Toast({ id, text, tone = "plain", action }: Shown): JSX.Element {
  const [held, hold] = useState(false);
  useEffect(() => {
    // Whoever reads or points at it has the time they need.
    if (held || tone === "danger") return;
    const timer = setTimeout(() => dismiss(id), action ? 10_000 : 5_000);
    return () => clearTimeout(timer);
  }, [held, id, tone, action]);
  const Shape = tone === "danger" ? OctagonAlert : CircleCheck;
  return (
    <div
      class={classes(style["toast"], style[tone])}
      onPointerEnter={() => hold(true)}
      onPointerLeave={() => hold(false)}
      onFocusIn={() => hold(true)}
      onFocusOut={() => hold(false)}
    >
      {tone !== "plain" && <Shape size={18} aria-hidden="true" />}
      <span class={style["text"]}>{text}</span>
      {action && (
        <button
          class={style["action"]}
          type="button"
          onClick={() => {
            dismiss(id);
            action.run();
          }}
        >
          {action.text}
        </button>
      )}
      <span class={style["close"]}>
        <IconButton label={t.dismiss} icon={X} size="small" tip="none" onClick={() => dismiss(id)} />
      </span>
    </div>
  );
}
