import { ChevronDown } from "lucide-preact";
import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { FieldFrame, type FieldFrameProps } from "./FieldFrame.js";
import { classes, readLive, write, type Live } from "./live.js";
import style from "./Field.module.css";

export interface SelectProps<T extends string> extends Omit<FieldFrameProps, "id" | "children"> {
  /** A signal is written to by itself, unless `onChange` is given. */
  readonly value: Live<T>;
  readonly options: readonly { readonly value: T; readonly text: string; readonly disabled?: boolean }[];
  readonly onChange?: (value: T) => void;
  readonly disabled?: Live<boolean>;
}

/** One of a few, in the system's own list. For choices that need a sentence each, see RadioCards. */
export function Select<T extends string>(props: SelectProps<T>): JSX.Element {
  const id = useId();
  const error = readLive(props.error ?? null);
  const off = readLive(props.disabled ?? false);
  return (
    <FieldFrame id={id} label={props.label} labelHidden={props.labelHidden} hint={props.hint} error={props.error}>
      <div class={classes(style["box"], error !== null && style["wrong"], off && style["off"])}>
        <select
          id={id}
          class={classes(style["input"], style["select"])}
          value={readLive(props.value)}
          disabled={off}
          aria-invalid={error !== null || undefined}
          aria-describedby={error !== null ? `${id}-error` : props.hint ? `${id}-hint` : undefined}
          onChange={(event) => write(props.value, event.currentTarget.value as T, props.onChange)}
        >
          {props.options.map(({ value, text, disabled }) => (
            <option key={value} value={value} disabled={disabled}>
              {text}
            </option>
          ))}
        </select>
        <ChevronDown class={style["chevron"]} size={18} aria-hidden="true" />
      </div>
    </FieldFrame>
  );
}
