import type { JSX, Ref, TargetedClipboardEvent, TargetedKeyboardEvent } from "preact";
import { useId } from "preact/hooks";
import { FieldFrame, type FieldFrameProps } from "./FieldFrame.js";
import { classes, readLive, write, type Live } from "./live.js";
import style from "./Field.module.css";

export interface TextAreaProps extends Omit<FieldFrameProps, "id" | "children"> {
  /** A signal is written to by itself, unless `onInput` is given. */
  readonly value: Live<string>;
  readonly onInput?: (value: string) => void;
  readonly placeholder?: string;
  readonly rows?: number;
  /** Grows with its text, up to this many lines; without it a person may drag it larger. */
  readonly growTo?: number;
  readonly maxLength?: number;
  readonly disabled?: Live<boolean>;
  readonly spellcheck?: boolean;
  readonly autofocus?: boolean;
  readonly autocomplete?: string;
  readonly mono?: boolean;
  readonly onKeyDown?: (event: TargetedKeyboardEvent<HTMLTextAreaElement>) => void;
  readonly onPaste?: (event: TargetedClipboardEvent<HTMLTextAreaElement>) => void;
  readonly areaRef?: Ref<HTMLTextAreaElement>;
}

/** Several lines of text. */
export function TextArea(props: TextAreaProps): JSX.Element {
  const id = useId();
  const error = readLive(props.error ?? null);
  const { rows = 3, growTo } = props;
  return (
    <FieldFrame id={id} label={props.label} labelHidden={props.labelHidden} hint={props.hint} error={props.error}>
      <div
        class={classes(
          style["box"],
          error !== null && style["wrong"],
          readLive(props.disabled ?? false) && style["off"],
        )}
      >
        <textarea
          ref={props.areaRef}
          id={id}
          class={classes(
            style["input"],
            style["area"],
            growTo !== undefined && style["grows"],
            props.mono && style["mono"],
          )}
          style={growTo !== undefined ? { minBlockSize: lines(rows), maxBlockSize: lines(growTo) } : {}}
          rows={rows}
          value={readLive(props.value)}
          placeholder={props.placeholder}
          maxLength={props.maxLength}
          disabled={readLive(props.disabled ?? false)}
          spellcheck={props.spellcheck}
          autofocus={props.autofocus}
          autocomplete={props.autocomplete ?? "off"}
          dir="auto"
          aria-invalid={error !== null || undefined}
          aria-describedby={error !== null ? `${id}-error` : props.hint ? `${id}-hint` : undefined}
          onInput={(event) => write(props.value, event.currentTarget.value, props.onInput)}
          onKeyDown={props.onKeyDown}
          onPaste={props.onPaste}
        />
      </div>
    </FieldFrame>
  );
}

function lines(count: number): string {
  return `calc(${count * 1.4}em + 1.125rem)`;
}
