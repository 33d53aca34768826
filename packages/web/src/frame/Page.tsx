import type { ComponentChildren, JSX } from "preact";
import { Logo } from "../design/Logo.js";
import { ErrorBoundary } from "./ErrorBoundary.js";
import style from "./Page.module.css";

export interface PageProps {
  readonly children: ComponentChildren;
  /** At the end of the top line (language, theme, a way out). */
  readonly actions?: ComponentChildren;
  /** A form's width (default), or more room. */
  readonly width?: "narrow" | "wide";
}

/** A screen that stands alone: before there is a room, or for a task that takes the whole mind. */
export function Page({ children, actions, width = "narrow" }: PageProps): JSX.Element {
  return (
    <div class={style["page"]}>
      <header class={style["top"]}>
        <a class={style["brand"]} href="#/">
          <Logo size={30} />
          <span>Conclave</span>
        </a>
        {actions && <div class={style["actions"]}>{actions}</div>}
      </header>
      <main class={style[width]} data-pane="main" tabIndex={-1}>
        <ErrorBoundary>{children}</ErrorBoundary>
      </main>
    </div>
  );
}
