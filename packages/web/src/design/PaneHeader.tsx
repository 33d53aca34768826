import { ArrowLeft, X } from "lucide-preact";
import type { ComponentChildren, JSX } from "preact";
import { classes } from "./live.js";
import { IconButton } from "./IconButton.js";
import style from "./PaneHeader.module.css";
import { t } from "./words.js";

export interface PaneHeaderProps {
  readonly title: ComponentChildren;
  /** A line below it ("5 people"). */
  readonly subtitle?: ComponentChildren;
  /** Before the title (an avatar). */
  readonly picture?: ComponentChildren;
  readonly actions?: ComponentChildren;
  /** Leaves the pane. As `back` it is an arrow at the start; with `backOnPhone` it is there only where one pane fills the screen. */
  readonly onBack?: () => void;
  readonly backOnPhone?: boolean;
  /** As `close` it is a cross at the end. */
  readonly onClose?: () => void;
  /** Which heading it is. The frame has the first one. */
  readonly level?: 1 | 2;
  /** What a press on the title does. No button: what it does, one of the actions does too, for keys and for readers. */
  readonly onTitle?: () => void;
}

/** The top line of a pane. */
export function PaneHeader(props: PaneHeaderProps): JSX.Element {
  const { title, subtitle, picture, actions, onBack, onClose, onTitle, level = 2 } = props;
  const Heading = `h${level}` as const;
  const name = (
    <span class={style["words"]}>
      <Heading class={style["title"]}>{title}</Heading>
      {subtitle && <span class={style["subtitle"]}>{subtitle}</span>}
    </span>
  );
  return (
    <header class={style["head"]}>
      {onBack && (
        <span class={props.backOnPhone ? style["phone"] : style["back"]}>
          <IconButton label={t.back} icon={ArrowLeft} onClick={onBack} tip="none" />
        </span>
      )}
      <div class={classes(style["name"], onTitle && style["live"])} onClick={onTitle}>
        {picture}
        {name}
      </div>
      {actions && <div class={style["actions"]}>{actions}</div>}
      {onClose && <IconButton label={t.close} icon={X} onClick={onClose} tip="none" />}
    </header>
  );
}
