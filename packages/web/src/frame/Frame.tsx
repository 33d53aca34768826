import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { classes } from "../design/live.js";
import { ErrorBoundary } from "./ErrorBoundary.js";
import style from "./Frame.module.css";
import { t } from "./words.js";

export interface FrameProps {
  /** What the page is called: its first heading, for screen readers. */
  readonly title: string;
  /** The rooms. */
  readonly list: ComponentChildren;
  /** What is open: a conversation, the settings. */
  readonly main: ComponentChildren;
  /** A panel beside it. */
  readonly side?: ComponentChildren;
  /** Over all panes: what concerns everything. */
  readonly banner?: ComponentChildren;
  /** Which pane fills a phone's screen: the deepest one that the person opened. */
  readonly shown: "list" | "main" | "side";
  /** Changes with each place a person goes to: the focus moves there. */
  readonly place: string;
  /** Changes when something else is in the middle: opening a panel beside it leaves it as it is. */
  readonly mainPlace: string;
}

/**
 * Three panes side by side on a wide screen; two, with the panel over the conversation, on a tablet; one on a phone. The focus
 * goes with the person: into the pane that a new place opened, unless a screen put it somewhere itself.
 */
export function Frame({ title, list, main, side, banner, shown, place, mainPlace }: FrameProps): JSX.Element {
  const frame = useRef<HTMLDivElement>(null);
  const first = useRef(true);
  useEffect(() => {
    if (first.current) first.current = false;
    else focusPane(frame.current!, shown);
  }, [place, shown]);
  return (
    <div class={style["whole"]} ref={frame}>
      <button class={style["skip"]} type="button" onClick={() => focusPane(frame.current!, "main")}>
        {t.skip}
      </button>
      {banner && <div class={style["banner"]}>{banner}</div>}
      <main class={classes(style["frame"], style[`show-${shown}`], side !== undefined && style["with-side"])}>
        {/* On a phone only one pane is there, whichever it is: the landmark and the first heading are around them. */}
        <h1 class="visually-hidden">{title}</h1>
        <nav class={classes(style["pane"], style["list"])} data-pane="list" aria-label={t.rooms} tabIndex={-1}>
          <ErrorBoundary>{list}</ErrorBoundary>
        </nav>
        <section class={classes(style["pane"], style["main"])} data-pane="main" tabIndex={-1}>
          <ErrorBoundary key={mainPlace}>{main}</ErrorBoundary>
        </section>
        {side !== undefined && (
          <section class={classes(style["pane"], style["side"])} data-pane="side" aria-label={t.details} tabIndex={-1}>
            <ErrorBoundary key={place}>{side}</ErrorBoundary>
          </section>
        )}
      </main>
    </div>
  );
}

function focusPane(frame: HTMLElement, name: FrameProps["shown"]): void {
  const pane = frame.querySelector<HTMLElement>(`[data-pane="${name}"]`);
  if (pane && !pane.contains(document.activeElement)) pane.focus({ preventScroll: true });
}
