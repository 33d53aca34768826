import { ChevronRight } from "lucide-preact";
import type { ComponentChildren, JSX } from "preact";
import { classes } from "./live.js";
import style from "./ListRow.module.css";

export interface ListRowProps {
  readonly title: ComponentChildren;
  readonly text?: ComponentChildren;
  /** Before the words: a face, a room's picture or an icon. */
  readonly picture?: ComponentChildren;
  /** After the words: a time, a count, a badge. */
  readonly end?: ComponentChildren;
  /** Makes the row a link (rooms, panels) … */
  readonly href?: string;
  /** … or a button. With neither it only shows. */
  readonly onClick?: () => void;
  /** It is the one that is open. */
  readonly current?: boolean;
  /** An arrow that says "more behind this". */
  readonly arrow?: boolean;
  /** It takes something away, after a question. */
  readonly danger?: boolean;
  /** Let the text run over several lines. */
  readonly wrap?: boolean;
  /** A control beside the row that is not part of its link (a menu). */
  readonly action?: ComponentChildren;
}

/** One line of a list: a room, a person, an invite, a setting. */
export function ListRow(props: ListRowProps): JSX.Element {
  const { title, text, picture, end, href, onClick, current, arrow, danger, wrap, action } = props;
  const inside = (
    <>
      {picture}
      <span class={classes(style["words"], wrap && style["wrap"])}>
        <span class={style["title"]}>{title}</span>
        {text && <span class={style["text"]}>{text}</span>}
      </span>
      {end && <span class={style["end"]}>{end}</span>}
      {arrow && <ChevronRight class={style["arrow"]} size={18} aria-hidden="true" />}
    </>
  );
  const look = classes(
    style["row"],
    (href !== undefined || onClick) && style["live"],
    danger && style["danger"],
    current && style["current"],
  );
  return (
    <div class={style["line"]}>
      {href !== undefined ? (
        <a class={look} href={href} aria-current={current ? "page" : undefined} onClick={onClick}>
          {inside}
        </a>
      ) : onClick ? (
        <button class={look} type="button" aria-current={current || undefined} onClick={onClick}>
          {inside}
        </button>
      ) : (
        <div class={look}>{inside}</div>
      )}
      {action}
    </div>
  );
}
