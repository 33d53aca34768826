import type { ComponentChildren, JSX, Ref } from "preact";
import { useId } from "preact/hooks";
import { FieldFrame, type FieldFrameProps } from "./FieldFrame.js";
import { isOfInputMethod } from "../app/inputMethod.js";
import { classes, readLive, write, type Live } from "./live.js";
import style from "./Field.module.css";

export interface FieldProps extends Omit<FieldFrameProps, "id" | "children"> {
  /** A signal is written to by itself, unless `onInput` is given. */
  readonly value: Live<string>;
  readonly onInput?: (value: string) => void;
  readonly onEnter?: () => void;
  readonly type?: "text" | "password" | "search" | "url" | "number" | "date" | "datetime-local";
  readonly placeholder?: string;
  readonly name?: string;
  readonly autocomplete?: string;
  readonly inputMode?: "text" | "numeric" | "url" | "search";
  readonly enterKeyHint?: "done" | "go" | "next" | "search" | "send";
  readonly maxLength?: number;
  readonly min?: string | number;
  readonly max?: string | number;
  readonly required?: boolean;
  readonly disabled?: Live<boolean>;
  readonly readOnly?: boolean;
  readonly spellcheck?: boolean;
  readonly autofocus?: boolean;
  /** Codes and links: a monospaced face. */
  readonly mono?: boolean;
  /** In the box, before the text (an icon). */
  readonly before?: ComponentChildren;
  /** In the box, after the text (a small button). */
  readonly after?: ComponentChildren;
  readonly inputRef?: Ref<HTMLInputElement>;
}

/** One line of text with its label, a hint, and what is wrong with it. */
export function Field(props: FieldProps): JSX.Element {
  const id = useId();
  const error = readLive(props.error ?? null);
  // The types of JSX want a literal here, and it is any of them.
  const kind = { type: props.type ?? "text" } as { type: "text" };
  return (
    <FieldFrame id={id} label={props.label} labelHidden={props.labelHidden} hint={props.hint} error={props.error}>
      <div
        class={classes(
          style["box"],
          error !== null && style["wrong"],
          readLive(props.disabled ?? false) && style["off"],
        )}
      >
        {props.before && <span class={style["before"]}>{props.before}</span>}
        <input
          ref={props.inputRef}
          id={id}
          class={classes(style["input"], props.mono && style["mono"])}
          {...kind}
          value={readLive(props.value)}
          name={props.name}
          placeholder={props.placeholder}
          autocomplete={props.autocomplete ?? "off"}
          inputMode={props.inputMode}
          enterkeyhint={props.enterKeyHint}
          maxLength={props.maxLength}
          min={props.min}
          max={props.max}
          required={props.required}
          disabled={readLive(props.disabled ?? false)}
          readOnly={props.readOnly}
          spellcheck={props.spellcheck}
          autofocus={props.autofocus}
          dir="auto"
          aria-invalid={error !== null || undefined}
          aria-describedby={error !== null ? `${id}-error` : props.hint ? `${id}-hint` : undefined}
          onInput={(event) => write(props.value, event.currentTarget.value, props.onInput)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && !isOfInputMethod(event) && props.onEnter) {
              event.preventDefault();
              props.onEnter();
            }
          }}
        />
        {props.after && <span class={style["after"]}>{props.after}</span>}
      </div>
    </FieldFrame>
  );
}
