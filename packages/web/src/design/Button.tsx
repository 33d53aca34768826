import type { LucideIcon } from "lucide-preact";
import type { ComponentChildren, JSX, Ref } from "preact";
import { classes, readLive, type Live } from "./live.js";
import { Spinner } from "./Spinner.js";
import style from "./Button.module.css";

/** What a component draws an icon with: any icon of lucide-preact. */
export type Icon = LucideIcon;

export interface ButtonProps {
  readonly children: ComponentChildren;
  /** One `primary` on a screen; `secondary` is the usual one; `quiet` has no edge; `danger` takes something away. */
  readonly tone?: "primary" | "secondary" | "quiet" | "danger";
  readonly size?: "small" | "medium" | "large";
  readonly icon?: Icon;
  /** As wide as its container. */
  readonly wide?: boolean;
  /** It is working: shows a spinner, says so to a screen reader, and does not press. */
  readonly busy?: Live<boolean>;
  readonly disabled?: Live<boolean>;
  readonly type?: "button" | "submit";
  readonly onClick?: (event: MouseEvent) => void;
  /** Makes it a link that looks like a button. */
  readonly href?: string;
  readonly download?: string;
  /** Text for a screen reader where the visible one is too short. */
  readonly label?: string;
  readonly autofocus?: boolean;
  readonly buttonRef?: Ref<HTMLButtonElement>;
}

export function Button(props: ButtonProps): JSX.Element {
  const { children, tone = "secondary", size = "medium", icon: Shape, wide, href, label } = props;
  const busy = readLive(props.busy ?? false);
  const look = classes(style["button"], style[tone], style[size], wide && style["wide"], busy && style["busy"]);
  const inside = (
    <>
      {busy ? <Spinner size={18} /> : Shape ? <Shape size={size === "small" ? 16 : 18} aria-hidden="true" /> : null}
      <span class={style["text"]}>{children}</span>
    </>
  );
  if (href !== undefined) {
    return (
      <a class={look} href={href} download={props.download} aria-label={label} onClick={props.onClick}>
        {inside}
      </a>
    );
  }
  // A busy button keeps the focus: it is not `disabled`, it only does nothing.
  return (
    <button
      ref={props.buttonRef}
      class={look}
      type={props.type ?? "button"}
      disabled={readLive(props.disabled ?? false)}
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      aria-label={label}
      autofocus={props.autofocus}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else props.onClick?.(event);
      }}
    >
      {inside}
    </button>
  );
}
