import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { pageTitle } from "./title.js";

/** For the heading of a screen that has the whole window: it names the page, and each new one begins at its field or at its top. */
export function useHeading(title: string): RefObject<HTMLHeadingElement | null> {
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
  return heading;
}
