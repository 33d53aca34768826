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

interface Shown extends Omit<ToastOptions, "text"> {
  readonly id: number;
  /** One; of dangers as many as came before it was dismissed, the newest last. */
  readonly lines: readonly string[];
}

/** Lines that one toast shows at most. */
const MOST_LINES = 3;

const passing = signal<Shown | null>(null);
const danger = signal<Shown | null>(null);
let count = 0;

/**
 * Says something small above the message field: one thing at a time, for some seconds. A danger stays until it is dismissed,
 * and another joins it there. Nothing that a person must not miss.
 */
export function toast(options: ToastOptions | string): void {
  const { text, ...rest } = typeof options === "string" ? { text: options } : options;
  count += 1;
  if (rest.tone !== "danger") {
    passing.value = { ...rest, id: count, lines: [text] };
    return;
  }
  const before = danger.value?.lines.filter((line) => line !== text) ?? [];
  danger.value = { ...rest, id: danger.value?.id ?? count, lines: [...before, text].slice(-MOST_LINES) };
}

function dismiss(id: number): void {
  for (const place of [passing, danger]) if (place.value?.id === id) place.value = null;
}

/** Where toasts appear: once, in the frame. */
export function Toasts(): JSX.Element {
  const shown = [danger.value, passing.value].filter((each) => each !== null);
  const place = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    // What one writes is never covered, however high the field has grown.
    const field = document.querySelector("[data-composer]")?.getBoundingClientRect();
    // Behind a panel, on a phone, it is not there: it then has no height, and is at the top of everything.
    const isThere = field !== undefined && field.height > 0;
    place.current?.style.setProperty("--under", isThere ? `${innerHeight - field.top}px` : "");
  }, [danger.value, passing.value]);
  return (
    <section
      ref={place}
      class={style["toasts"]}
      aria-label={t.notifications}
      aria-live="polite"
      aria-relevant="additions"
    >
      {shown.map((each) => (
        <Toast key={each.id} {...each} />
      ))}
    </section>
  );
}

function Toast({ id, lines, tone = "plain", action }: Shown): JSX.Element {
  const [held, hold] = useState(false);
  useEffect(() => {
    // A person who reads it or points at it has the time they need.
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
      <div class={style["text"]}>
        {lines.map((line) => (
          <div key={line}>{line}</div>
        ))}
      </div>
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
