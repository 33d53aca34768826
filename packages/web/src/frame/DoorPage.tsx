import { ArrowLeft } from "lucide-preact";
import type { ComponentChildren, JSX } from "preact";
import { IconButton } from "../design/IconButton.js";
import { classes } from "../design/live.js";
import { Logo } from "../design/Logo.js";
import { t } from "../design/words.js";
import style from "./DoorPage.module.css";
import { ErrorBoundary } from "./ErrorBoundary.js";
import { useHeading } from "./useHeading.js";
import { ViewMenu } from "./ViewMenu.js";

export interface DoorPageProps {
  /** The room and its people. */
  readonly picture: ComponentChildren;
  readonly title: string;
  /** The title as it is shown, where it has names in it. */
  readonly heading?: ComponentChildren;
  /** Something is filled in here: where there is no room beside it, the picture gives way. */
  readonly isForm?: boolean;
  readonly onBack?: () => void;
  readonly children: ComponentChildren;
}

/** The door of a room, from outside: its circle of people, and beside it what one does here. */
export function DoorPage({ picture, title, heading, isForm, onBack, children }: DoorPageProps): JSX.Element {
  const ref = useHeading(title);
  return (
    <div class={style["door"]}>
      <header class={style["top"]}>
        {onBack && <IconButton label={t.back} icon={ArrowLeft} onClick={onBack} tip="none" />}
        <a class={style["brand"]} href="#/">
          <Logo size={30} />
          <span>Conclave</span>
        </a>
        <div class={style["actions"]}>
          <ViewMenu />
        </div>
      </header>
      <div class={classes(style["stage"], isForm && style["form"])}>
        <div class={style["picture"]}>{picture}</div>
      </div>
      <main class={style["side"]} data-pane="main" tabIndex={-1}>
        <ErrorBoundary>
          <div class={style["body"]}>
            <h1 ref={ref} class={style["title"]} tabIndex={-1}>
              {heading ?? title}
            </h1>
            {children}
          </div>
        </ErrorBoundary>
      </main>
    </div>
  );
}
