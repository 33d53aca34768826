import { CircleAlert } from "lucide-preact";
import type { ComponentChildren, JSX } from "preact";
import { classes, readLive, type Live } from "./live.js";
import style from "./Field.module.css";

export interface FieldFrameProps {
  readonly id: string;
  readonly label: string;
  /** The label is only for screen readers (a search box with an icon). */
  readonly labelHidden?: boolean | undefined;
  readonly hint?: ComponentChildren;
  /** What is wrong, in a sentence; null when nothing is. */
  readonly error?: Live<string | null> | undefined;
  readonly children: ComponentChildren;
}

/** Label above, hint or error below: for everything one types or picks. */
export function FieldFrame({ id, label, labelHidden, hint, error, children }: FieldFrameProps): JSX.Element {
  const wrong = readLive(error ?? null);
  return (
    <div class={style["field"]}>
      <label class={classes(style["label"], labelHidden && "visually-hidden")} for={id}>
        {label}
      </label>
      {children}
      {wrong !== null ? (
        <p id={`${id}-error`} class={style["error"]} role="alert">
          <CircleAlert size={16} aria-hidden="true" />
          <span>{wrong}</span>
        </p>
      ) : hint ? (
        <p id={`${id}-hint`} class={style["hint"]}>
          {hint}
        </p>
      ) : null}
    </div>
  );
}
