import { ChevronRight } from "lucide-preact";
import type { ComponentChildren, JSX } from "preact";
import style from "./Disclosure.module.css";

export interface DisclosureProps {
  readonly title: ComponentChildren;
  readonly children: ComponentChildren;
  /** Open at the start. */
  readonly open?: boolean;
}

/** What most people need not see ("How is this known?"). */
export function Disclosure({ title, children, open }: DisclosureProps): JSX.Element {
  return (
    <details class={style["disclosure"]} open={open}>
      <summary class={style["title"]}>
        <ChevronRight class={style["arrow"]} size={18} aria-hidden="true" />
        {title}
      </summary>
      <div class={style["body"]}>{children}</div>
    </details>
  );
}
