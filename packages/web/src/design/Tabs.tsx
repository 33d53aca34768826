import type { ComponentChildren, JSX, TargetedKeyboardEvent } from "preact";
import { useId } from "preact/hooks";
import { Count } from "./Badge.js";
import { readLive, write, type Live } from "./live.js";
import style from "./Tabs.module.css";

export interface TabsProps<T extends string> {
  readonly label: string;
  readonly tabs: readonly { readonly id: T; readonly text: string; readonly count?: number }[];
  /** A signal is written to by itself, unless `onChange` is given. */
  readonly value: Live<T>;
  readonly onChange?: (id: T) => void;
  /** What the chosen tab shows. */
  readonly children: ComponentChildren;
}

/** A few views of one thing. Arrows move between the tabs. */
export function Tabs<T extends string>({ label, tabs, value, onChange, children }: TabsProps<T>): JSX.Element {
  const name = useId();
  const chosen = readLive(value);
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLDivElement>) => {
    const isRtl = getComputedStyle(event.currentTarget).direction === "rtl";
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    const here = tabs.findIndex(({ id }) => id === chosen);
    const next = tabs[(here + (isRtl ? -step : step) + tabs.length) % tabs.length];
    if (!next) return;
    event.preventDefault();
    write(value, next.id, onChange);
    event.currentTarget.querySelector<HTMLElement>(`[data-tab="${next.id}"]`)?.focus();
  };
  return (
    <div class={style["tabs"]}>
      <div class={style["list"]} role="tablist" aria-label={label} onKeyDown={onKeyDown}>
        {tabs.map(({ id, text, count = 0 }) => (
          <button
            key={id}
            id={`${name}-${id}`}
            class={style["tab"]}
            type="button"
            role="tab"
            data-tab={id}
            aria-selected={id === chosen}
            aria-controls={`${name}-panel`}
            tabIndex={id === chosen ? 0 : -1}
            onClick={() => write(value, id, onChange)}
          >
            <span>{text}</span>
            {count > 0 && <Count value={count} quiet />}
          </button>
        ))}
      </div>
      <div
        id={`${name}-panel`}
        class={style["panel"]}
        role="tabpanel"
        aria-labelledby={`${name}-${chosen}`}
        tabIndex={0}
      >
        {children}
      </div>
    </div>
  );
}
