import type { ComponentChildren, JSX } from "preact";
import { classes } from "./live.js";
import style from "./Layout.module.css";

type Gap = 1 | 2 | 3 | 4 | 6 | 8;

/** Things below each other, with one gap (steps of 4 px). */
export function Stack({
  gap = 4,
  children,
}: {
  readonly gap?: Gap;
  readonly children: ComponentChildren;
}): JSX.Element {
  return <div class={classes(style["stack"], style[`gap${gap}`])}>{children}</div>;
}

export interface RowProps {
  readonly gap?: Gap;
  readonly children: ComponentChildren;
  /** `between` pushes the first and the last to the edges. */
  readonly align?: "start" | "between" | "end";
  /** Stay in one line. */
  readonly single?: boolean;
}

/** Things beside each other, centred; they wrap when there is no room. */
export function Row({ gap = 2, children, align = "start", single }: RowProps): JSX.Element {
  return (
    <div class={classes(style["row"], style[align], style[`gap${gap}`], single && style["single"])}>{children}</div>
  );
}

export interface CardProps {
  readonly children: ComponentChildren;
  /** A heading inside of it. */
  readonly title?: ComponentChildren;
  readonly level?: 2 | 3 | 4;
  /** At the end of the heading's line. */
  readonly actions?: ComponentChildren;
  /** Rows from edge to edge: no padding of its own. */
  readonly flush?: boolean;
}

/** What belongs together, on a surface of its own. */
export function Card({ children, title, level = 2, actions, flush }: CardProps): JSX.Element {
  const Heading = `h${level}` as const;
  return (
    <section class={classes(style["card"], flush && style["flush"])}>
      {title !== undefined && (
        <div class={style["cardHead"]}>
          <Heading class={style["cardTitle"]}>{title}</Heading>
          {actions}
        </div>
      )}
      {children}
    </section>
  );
}

/** Text of second rank. */
export function Note({ children }: { readonly children: ComponentChildren }): JSX.Element {
  return <p class={style["note"]}>{children}</p>;
}

export interface PaneBodyProps {
  readonly children: ComponentChildren;
  /** All the width that there is; else a width that is good to read. */
  readonly wide?: boolean;
  /** Hardly any air: for lists whose rows have their own. */
  readonly flush?: boolean;
  /** Nothing in it can have the focus: then the keyboard scrolls the whole. */
  readonly textOnly?: boolean;
}

/** A screen's scrolling part, below its PaneHeader. */
export function PaneBody({ children, wide, flush, textOnly }: PaneBodyProps): JSX.Element {
  return (
    <div class={style["scroll"]} tabIndex={textOnly ? 0 : undefined}>
      <div class={classes(style["body"], wide && style["wide"], flush && style["bare"])}>{children}</div>
    </div>
  );
}
