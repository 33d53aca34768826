import { CircleCheck, Info, OctagonAlert, TriangleAlert, X } from "lucide-preact";
import type { ComponentChildren, JSX } from "preact";
import type { Icon } from "./Button.js";
import { IconButton } from "./IconButton.js";
import { classes } from "./live.js";
import style from "./Banner.module.css";
import { t } from "./words.js";

export type Tone = "info" | "success" | "warning" | "danger";

export interface BannerProps {
  readonly tone?: Tone;
  /** One sentence that says what it is. */
  readonly title: string;
  /** What it means and what to do. */
  readonly children?: ComponentChildren;
  readonly actions?: ComponentChildren;
  /** The one thing to do about it: in the line of the text, and a press anywhere on the banner does it too. */
  readonly link?: { readonly text: string; readonly onClick: () => void };
  readonly onDismiss?: () => void;
  readonly icon?: Icon;
  /** From edge to edge, at the top of a pane; else it is a card in the text. */
  readonly edge?: boolean;
}

const ICONS: Readonly<Record<Tone, unknown>> = {
  info: Info,
  success: CircleCheck,
  warning: TriangleAlert,
  danger: OctagonAlert,
};

/** Something to know while it lasts. A danger is said to a screen reader at once, the rest when there is a pause. */
export function Banner(props: BannerProps): JSX.Element {
  const { tone = "info", title, children, actions, link, onDismiss, edge } = props;
  const Shape = props.icon ?? (ICONS[tone] as Icon);
  return (
    <div
      class={classes(style["banner"], style[tone], edge && style["edge"])}
      role={tone === "danger" ? "alert" : "status"}
    >
      <span class={style["icon"]}>
        <Shape size={20} aria-hidden="true" />
      </span>
      <div class={style["words"]}>
        <p class={style["title"]}>{title}</p>
        {(children || link) && (
          <div class={style["text"]}>
            {children}
            {children && link && " "}
            {link && (
              <button class={style["link"]} type="button" onClick={link.onClick}>
                {link.text}
              </button>
            )}
          </div>
        )}
        {actions && <div class={style["actions"]}>{actions}</div>}
      </div>
      {onDismiss && (
        <span class={style["close"]}>
          <IconButton label={t.dismiss} icon={X} size="small" tip="none" onClick={onDismiss} />
        </span>
      )}
    </div>
  );
}
