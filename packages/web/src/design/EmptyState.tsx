import type { ComponentChildren, JSX } from "preact";
import type { Icon } from "./Button.js";
import style from "./EmptyState.module.css";

export interface EmptyStateProps {
  readonly title: string;
  readonly icon?: Icon;
  /** Why it is empty, and what would be here. */
  readonly children?: ComponentChildren;
  readonly actions?: ComponentChildren;
}

/** Where there is nothing yet. */
export function EmptyState({ title, icon: Shape, children, actions }: EmptyStateProps): JSX.Element {
  return (
    <div class={style["empty"]}>
      {Shape && (
        <span class={style["icon"]}>
          <Shape size={28} aria-hidden="true" />
        </span>
      )}
      <h2 class={style["title"]}>{title}</h2>
      {children && <div class={style["text"]}>{children}</div>}
      {actions && <div class={style["actions"]}>{actions}</div>}
    </div>
  );
}
