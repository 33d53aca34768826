import type { JSX, Ref } from "preact";
import type { Icon } from "./Button.js";
import { classes, readLive, type Live } from "./live.js";
import { Spinner } from "./Spinner.js";
import { Tooltip } from "./Tooltip.js";
import style from "./IconButton.module.css";

export interface IconButtonProps {
  /** What it does: said by a screen reader, and shown as the tooltip. */
  readonly label: string;
  readonly icon: Icon;
  readonly onClick?: (event: MouseEvent) => void;
  readonly tone?: "quiet" | "solid" | "danger";
  readonly size?: "small" | "medium";
  /** For a button that stays pressed ("Show people"). */
  readonly pressed?: Live<boolean>;
  /** For a button that opens something. */
  readonly expanded?: Live<boolean>;
  readonly controls?: string;
  /** A count in the corner; 0 shows none. It should be in the label too. */
  readonly count?: Live<number>;
  readonly busy?: Live<boolean>;
  readonly disabled?: Live<boolean>;
  readonly type?: "button" | "submit";
  /** Keys that do the same, shown in the tooltip. */
  readonly keys?: string;
  /** Where the tooltip is. */
  readonly tip?: "above" | "below" | "none";
  readonly buttonRef?: Ref<HTMLButtonElement>;
}

export function IconButton(props: IconButtonProps): JSX.Element {
  const { label, icon: Shape, tone = "quiet", size = "medium", tip = "below" } = props;
  const busy = readLive(props.busy ?? false);
  const count = readLive(props.count ?? 0);
  const pressed = props.pressed === undefined ? undefined : readLive(props.pressed);
  const expanded = props.expanded === undefined ? undefined : readLive(props.expanded);
  const button = (
    <button
      ref={props.buttonRef}
      class={classes(style["button"], style[tone], style[size])}
      type={props.type ?? "button"}
      aria-label={label}
      aria-pressed={pressed}
      aria-expanded={expanded}
      aria-controls={props.controls}
      aria-busy={busy || undefined}
      disabled={readLive(props.disabled ?? false)}
      onClick={(event) => {
        if (!busy) props.onClick?.(event);
      }}
    >
      {busy ? <Spinner size={20} /> : <Shape size={size === "small" ? 18 : 21} aria-hidden="true" />}
      {count > 0 && (
        <span class={style["count"]} aria-hidden="true">
          {count > 99 ? "99+" : count}
        </span>
      )}
    </button>
  );
  if (tip === "none") return button;
  return (
    <Tooltip text={label} side={tip} keys={props.keys} off={expanded}>
      {button}
    </Tooltip>
  );
}
