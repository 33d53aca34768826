import { ArrowLeft } from "lucide-preact";
import type { ComponentChildren, JSX } from "preact";
import { Page } from "./Page.js";
import { useHeading } from "./useHeading.js";
import { ViewMenu } from "./ViewMenu.js";
import { classes, IconButton, type Icon } from "../design/index.js";
import { t } from "../design/words.js";
import style from "./TaskPage.module.css";

export interface TaskPageProps {
  readonly title: string;
  /** One or two sentences under the title. */
  readonly lead?: ComponentChildren;
  readonly icon?: Icon;
  /** Something has gone wrong, or needs care: the icon says so too. */
  readonly tone?: "accent" | "warning" | "danger";
  readonly onBack?: (() => void) | undefined;
  readonly children?: ComponentChildren;
  /** The buttons at the end; the main one first. */
  readonly actions?: ComponentChildren;
}

/** One thing to do that has the whole window: starting a room, joining, opening a locked home. */
export function TaskPage(props: TaskPageProps): JSX.Element {
  const { title, lead, icon: Shape, tone = "accent", onBack, children, actions } = props;
  const heading = useHeading(title);
  return (
    <Page actions={<ViewMenu />}>
      <div class={style["task"]}>
        {onBack && (
          <div class={style["top"]}>
            <IconButton label={t.back} icon={ArrowLeft} onClick={onBack} tip="none" />
          </div>
        )}
        <header class={style["head"]}>
          {Shape && (
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
