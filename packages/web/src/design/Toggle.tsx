import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";
import { readLive, write, type Live } from "./live.js";
import style from "./Toggle.module.css";

export interface ToggleProps {
  readonly label: string;
  /** What it does, in a sentence. */
  readonly hint?: ComponentChildren;
  /** A signal is written to by itself, unless `onChange` is given. */
  readonly checked: Live<boolean>;
  readonly onChange?: (checked: boolean) => void;
  readonly disabled?: Live<boolean>;
}

/** A setting that is on or off, at once. */
export function Toggle({ label, hint, checked, onChange, disabled }: ToggleProps): JSX.Element {
  const id = useId();
  const on = readLive(checked);
  return (
    <button
      class={style["toggle"]}
      type="button"
      role="switch"
      aria-checked={on}
      aria-labelledby={id}
      aria-describedby={hint ? `${id}-hint` : undefined}
      disabled={readLive(disabled ?? false)}
      onClick={() => write(checked, !on, onChange)}
    >
      <span class={style["words"]}>
        <span id={id} class={style["label"]}>
          {label}
        </span>
        {hint && (
          <span id={`${id}-hint`} class={style["hint"]}>
            {hint}
          </span>
        )}
      </span>
      <span class={style["track"]} aria-hidden="true">
        <span class={style["knob"]} />
      </span>
    </button>
  );
}
