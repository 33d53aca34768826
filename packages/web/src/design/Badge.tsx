import type { ComponentChildren, JSX } from "preact";
import type { Icon } from "./Button.js";
import { classes } from "./live.js";
import { number } from "../words/say.js";
import style from "./Badge.module.css";

export interface BadgeProps {
  readonly children: ComponentChildren;
  readonly tone?: "neutral" | "accent" | "success" | "warning" | "danger";
  readonly icon?: Icon;
}

/** A word about something ("Owner", "Checked"). */
export function Badge({ children, tone = "neutral", icon: Shape }: BadgeProps): JSX.Element {
  return (
    <span class={classes(style["badge"], style[tone])}>
      {Shape && <Shape size={13} aria-hidden="true" />}
      {children}
    </span>
  );
}

export interface CountProps {
  readonly value: number;
  /** Not urgent: no accent. */
  readonly quiet?: boolean;
  /** It waits for this person. */
  readonly forYou?: boolean;
  /** Said in place of the bare number ("3 unread messages"). */
  readonly label?: string;
}

/** How many. */
export function Count({ value, quiet, forYou, label }: CountProps): JSX.Element {
  return (
    <span class={classes(style["count"], quiet && style["quiet"], forYou && style["forYou"])}>
      <span aria-hidden={label ? "true" : undefined}>{value > 999 ? "999+" : number(value)}</span>
      {label && <span class="visually-hidden">{label}</span>}
    </span>
  );
}
