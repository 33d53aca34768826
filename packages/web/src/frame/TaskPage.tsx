import { ArrowLeft } from "lucide-preact";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Page } from "./Page.js";
import { pageTitle } from "./title.js";
import { ViewMenu } from "./ViewMenu.js";
import { classes, IconButton, type Icon } from "../design/index.js";
import { t } from "../design/words.js";
import style from "./TaskPage.module.css";

export interface TaskPageProps {
  readonly title: string;
  /** One or two sentences under the title. */
  readonly lead?: ComponentChildren;
  /** Not among the steps of a longer way: those look alike. */
  readonly icon?: Icon;
  /** Something has gone wrong, or needs care: the icon says so too. */
  readonly tone?: "accent" | "warning" | "danger";
  readonly onBack?: (() => void) | undefined;
  /** "Step 1 of 3". */
  readonly step?: string | undefined;
  readonly children?: ComponentChildren;
  /** The buttons at the end; the main one first. */
  readonly actions?: ComponentChildren;
}

/** One thing to do that has the whole window: starting a room, joining, opening a locked home. */
export function TaskPage(props: TaskPageProps): JSX.Element {
  const { title, lead, icon: Shape, tone = "accent", onBack, step, children, actions } = props;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    pageTitle.value = title;
    const { current } = heading;
    // A new step begins at its first field where no keyboard would cover half of it, else at its top.
    const page = current?.closest("main");
    const field = matchMedia("(pointer: coarse)").matches ? null : page?.querySelector<HTMLElement>("[autofocus]");
    (field ?? current)?.focus({ preventScroll: field !== null });
    page?.parentElement?.scrollTo(0, 0);
  }, [title]);
  return (
    <Page actions={<ViewMenu />}>
      <div class={style["task"]}>
        {(onBack || step) && (
          <div class={style["top"]}>
            {onBack && <IconButton label={t.back} icon={ArrowLeft} onClick={onBack} tip="none" />}
            {step && <span class={style["step"]}>{step}</span>}
          </div>
        )}
        <header class={style["head"]}>
          {Shape && !step && (
            <span class={classes(style["icon"], style[tone])}>
              <Shape size={26} aria-hidden="true" />
            </span>
          )}
          <h1 ref={heading} class={style["title"]} tabIndex={-1}>
            {title}
          </h1>
          {lead && <div class={style["lead"]}>{lead}</div>}
        </header>
        {children}
        {actions && <div class={style["actions"]}>{actions}</div>}
      </div>
    </Page>
  );
}
